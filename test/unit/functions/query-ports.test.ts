import type { BigQuery } from "@google-cloud/bigquery";
import { describe, expect, test } from "vitest";
import { createWarehouse } from "../../../functions/close-hours/query-warehouse.ts";
import { createTotalsFinder } from "../../../functions/detect-anomalies/find-totals.ts";
import { createExporter } from "../../../functions/export-hours/query-totals.ts";
import { createFailureFinder } from "../../../functions/redrive-failures/find-failures.ts";
import { TooMuchToReadError } from "../../../functions/serve-dashboard/queries/query.ts";
import { createQueryRunner } from "../../../functions/serve-dashboard/queries/run-query.ts";
import { urlMentions } from "../../../shared/streams/url-mentions.ts";
import { askBigquery } from "../../support/ask-bigquery.ts";
import { answerJson, badAnswers, type RestRequest } from "../../support/start-rest-server.ts";

const config = { dataset: "hourtally", location: "EU", maximumBytesBilled: "1000" };
const job = { projectId: "demo", jobId: "job_1", location: "EU" };
const redrive = {
  stage: "append-rows",
  since: "2026-01-01T00:00:00Z",
  limit: 100,
  dryRun: false,
  requestedBy: "test",
};

const exported = {
  hour: "2026-01-01T00:00:00Z",
  revision: 7,
  sortedBy: ["url_key"],
  files: "indices/url_hours/dt=2026-01-01/hour=00/rev=7/a-*.parquet",
};
const exporterOn = (bigquery: BigQuery) =>
  createExporter("demo", { ...config, bucket: "lake" }, bigquery);

/** Every port that asks BigQuery, and what it asks first. */
const ports: [string, (bigquery: BigQuery) => Promise<unknown>][] = [
  [
    "the dashboard",
    (bigquery) => createQueryRunner(bigquery, config)({ sql: "SELECT 1", params: {} }),
  ],
  [
    "the anomaly detector",
    (bigquery) => createTotalsFinder(bigquery, [urlMentions], config).closings(0),
  ],
  ["a redrive", (bigquery) => createFailureFinder(bigquery, config)(redrive)],
  [
    "a dry redrive",
    (bigquery) => createFailureFinder(bigquery, config)({ ...redrive, dryRun: true }),
  ],
  [
    "a redrive's second page",
    (bigquery) =>
      createFailureFinder(
        bigquery,
        config,
      )({
        ...redrive,
        pageToken: Buffer.from('{"job":"job_1","page":"p2"}').toString("base64url"),
      }),
  ],
  ["closing: watermarks", (bigquery) => createWarehouse(bigquery, config).readWatermarks(0)],
  [
    "closing: hours",
    (bigquery) =>
      createWarehouse(bigquery, config).findTouched(urlMentions, { since: 0, from: 0, to: 1 }),
  ],
  [
    "closing: headers",
    (bigquery) => createWarehouse(bigquery, config).readHeaders(urlMentions, [0]),
  ],
  [
    "closing: totals",
    (bigquery) =>
      createWarehouse(bigquery, config).writeTotals(urlMentions, {
        hours: [0],
        landedFrom: 0,
        deletedFrom: 0,
        watermark: 1,
        revision: 1,
      }),
  ],
  ["an export", (bigquery) => exporterOn(bigquery)(urlMentions, exported)],
];

describe.each(ports)("%s", (_, ask) => {
  test.each(badAnswers)("fails when BigQuery %s", async (__, answer) => {
    const { bigquery } = await askBigquery((response) => answer(response));
    await expect(ask(bigquery)).rejects.toThrow();
  });

  test("fails when an answer that is OK has a job that failed", async () => {
    const failed = { reason: "resourcesExceeded", message: "too large" };
    const status = { state: "DONE", errorResult: failed, errors: [failed] };
    const { bigquery } = await askBigquery((response, { url }) => {
      if (url.pathname.endsWith("/queries") || url.pathname.includes("/queries/")) {
        answerJson(response, { error: { code: 400, message: "too large", errors: [failed] } }, 400);
      } else answerJson(response, { jobReference: job, status, statistics: { query: {} } });
    });
    await expect(ask(bigquery)).rejects.toThrow(/too large/);
  });

  test("fails when nobody is there", async () => {
    const { bigquery, stop } = await askBigquery(() => expect.unreachable());
    await stop();
    await expect(ask(bigquery)).rejects.toThrow();
  });
});

test("a query of the dashboard that would read too much says so", async () => {
  const { bigquery } = await askBigquery((response) => {
    const reason = { reason: "bytesBilledLimitExceeded", message: "too much" };
    answerJson(response, { error: { code: 400, message: "too much", errors: [reason] } }, 400);
  });
  const run = createQueryRunner(bigquery, config);
  await expect(run({ sql: "SELECT 1", params: {} })).rejects.toThrow(TooMuchToReadError);
});

describe("a closing", () => {
  const totals = { hours: [0], landedFrom: 0, deletedFrom: 0, watermark: 1, revision: 7 };
  const isStart = ({ method, url }: RestRequest) =>
    method === "POST" && url.pathname.endsWith("/jobs");

  test("that failed after its job was started is not written", async () => {
    const errorResult = { reason: "invalidQuery", message: "division by zero" };
    const { bigquery } = await askBigquery((response, request) => {
      if (isStart(request))
        return answerJson(response, { jobReference: job, status: { state: "RUNNING" } });
      if (request.url.pathname.includes("/queries/")) {
        return answerJson(response, { jobComplete: true, totalRows: "0" });
      }
      return answerJson(response, { jobReference: job, status: { state: "DONE", errorResult } });
    });
    const written = createWarehouse(bigquery, config).writeTotals(urlMentions, totals);
    await expect(written).rejects.toThrow("division by zero");
  });

  test("whose job is there already waits for that one, and is started once more by nobody", async () => {
    const { bigquery, requests } = await askBigquery((response, request) => {
      if (isStart(request)) {
        return answerJson(response, { error: { code: 409, message: "Already Exists" } }, 409);
      }
      if (request.url.pathname.includes("/queries/")) {
        return answerJson(response, { jobComplete: true, totalRows: "0", jobReference: job });
      }
      const statistics = { query: { totalBytesBilled: "10485760" } };
      return answerJson(response, { jobReference: job, status: { state: "DONE" }, statistics });
    });
    const written = await createWarehouse(bigquery, config).writeTotals(urlMentions, totals);
    expect(written.bytesBilled).toBe(10_485_760);
    const [started, asked] = requests;
    const { jobId } = JSON.parse(started?.body ?? "{}").jobReference;
    expect(jobId).toMatch(/^close-hourtally-url-mentions-7-[0-9a-f]{16}$/);
    expect(asked?.url.pathname).toContain(jobId);
  });
});

describe("an export", () => {
  /** Its job is started, runs while it is asked for, and then has these statistics. */
  const exportWith = async (statistics: object) => {
    let asked = 0;
    const { bigquery, requests } = await askBigquery((response, { method, url }) => {
      if (method === "POST") {
        return answerJson(response, { jobReference: job, status: { state: "RUNNING" } });
      }
      if (!url.pathname.includes("/queries/")) {
        return answerJson(response, { jobReference: job, status: { state: "DONE" }, statistics });
      }
      asked += 1;
      return answerJson(response, { jobReference: job, jobComplete: asked === 3, totalRows: "0" });
    });
    return { written: await exporterOn(bigquery)(urlMentions, exported), requests };
  };

  test("waits for its job, and tells how many rows it wrote", async () => {
    const exportDataStatistics = { fileCount: "1", rowCount: "12" };
    const query = { totalBytesBilled: "10485760", exportDataStatistics };
    const { written, requests } = await exportWith({ query });
    expect(written).toEqual({ rows: 12, bytesBilled: 10_485_760 });
    const [started] = requests;
    const { query: asked } = JSON.parse(started?.body ?? "{}").configuration;
    expect(asked.maximumBytesBilled).toBe("1000");
    expect(asked.query).toContain(`uri = 'gs://lake/${exported.files}'`);
  });

  test("of which nobody says how many rows it wrote has written none", async () => {
    await expect(exportWith({ query: { totalBytesBilled: "1" } })).rejects.toThrow(
      "BigQuery does not say what it wrote",
    );
  });
});
