import { once } from "node:events";
import { createServer } from "node:http";
import { BigQuery } from "@google-cloud/bigquery";
import { expect, onTestFinished, test, vi } from "vitest";
import { TooMuchToReadError } from "../../../../../functions/serve-dashboard/queries/query.ts";
import { createQueryRunner } from "../../../../../functions/serve-dashboard/queries/run-query.ts";

/** A BigQuery that answers every query in one way, and what it was asked. */
async function serveAnswer(status: number, answer: object) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    request.on("data", (chunk: Buffer) => asked.push(chunk.toString()));
    request.on("end", () => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(answer));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  vi.stubEnv(
    "BIGQUERY_EMULATOR_HOST",
    `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`,
  );
  onTestFinished(() => void vi.unstubAllEnvs());
  const bigquery = new BigQuery({ projectId: "p" });
  const run = createQueryRunner(bigquery, {
    dataset: "d",
    location: "EU",
    maximumBytesBilled: "1000",
  });
  return { run, asked };
}

test("names the dataset, its place, and the most that may be read", async () => {
  const { run, asked } = await serveAnswer(200, {
    jobComplete: true,
    jobReference: { projectId: "p", jobId: "j" },
    schema: { fields: [{ name: "n", type: "INTEGER" }] },
    rows: [{ f: [{ v: "7" }] }],
    totalRows: "1",
  });
  expect(await run({ sql: "SELECT @a AS n", params: { a: "x" } })).toEqual([{ n: 7 }]);
  expect(JSON.parse(asked.join(""))).toMatchObject({
    query: "SELECT @a AS n",
    defaultDataset: { datasetId: "d" },
    location: "EU",
    maximumBytesBilled: "1000",
    queryParameters: [{ name: "a", parameterValue: { value: "x" } }],
  });
});

test("a query over its bytes is a kind of its own, other errors are BigQuery's", async () => {
  const errors = (reason: string) => ({ error: { code: 400, message: "m", errors: [{ reason }] } });
  const over = await serveAnswer(400, errors("bytesBilledLimitExceeded"));
  await expect(over.run({ sql: "SELECT 1", params: {} })).rejects.toThrow(TooMuchToReadError);
  const wrong = await serveAnswer(400, errors("invalidQuery"));
  await expect(wrong.run({ sql: "SELECT 1", params: {} })).rejects.toThrow("m");
});
