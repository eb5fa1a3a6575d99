import { describe, expect, test } from "vitest";
import {
  createFailureFinder,
  ExpiredPageError,
} from "../../../../functions/redrive-failures/find-failures.ts";
import { readPageToken } from "../../../../functions/redrive-failures/page-token.ts";
import { askBigquery } from "../../../support/ask-bigquery.ts";
import {
  answerJson,
  type RestAnswer,
  type RestRequest,
} from "../../../support/start-rest-server.ts";

const config = { dataset: "acme_hourtally", location: "EU", maximumBytesBilled: "1000" };
const request = {
  stage: "append-rows",
  since: "2026-01-01T00:00:00Z",
  limit: 100,
  dryRun: false,
  requestedBy: "test",
};
const tokenOf = (token: object) => Buffer.from(JSON.stringify(token)).toString("base64url");

const job = { projectId: "demo", jobId: "job_1", location: "EU" };
const startJob = { jobReference: job, status: { state: "RUNNING" } };

const fields = [
  { name: "id", type: "STRING" },
  { name: "source_topic", type: "STRING" },
  {
    name: "attributes",
    type: "RECORD",
    mode: "REPEATED",
    fields: [
      { name: "name", type: "STRING" },
      { name: "value", type: "STRING" },
    ],
  },
  { name: "originals", type: "BYTES", mode: "REPEATED" },
];

/** A failed event of these parts, as the query gives it. */
const page = (...parts: string[]) => {
  const attribute = { v: { f: [{ v: "schema" }, { v: "raw" }] } };
  const originals = parts.map((part) => ({ v: Buffer.from(part).toString("base64") }));
  const f = [{ v: "a" }, { v: "acme-tweets" }, { v: [attribute] }, { v: originals }];
  return {
    jobReference: job,
    jobComplete: true,
    totalRows: "7",
    schema: { fields },
    rows: [{ f }],
  };
};

/** BigQuery that starts a job, and gives this page of its answer. */
const answerWith =
  (answered: object): RestAnswer =>
  (response, { method }) =>
    answerJson(response, method === "POST" ? startJob : answered);

const queryIn = (started: RestRequest | undefined) =>
  JSON.parse(started?.body ?? "{}").configuration.query;

const parametersOf = (query: { queryParameters: { name: string; parameterValue: object }[] }) =>
  query.queryParameters.map(({ name, parameterValue }) => [name, parameterValue]);

describe("a redrive", () => {
  test("asks for what failed in its stage since then, of any reason, and pays no more than it may", async () => {
    const { bigquery, requests } = await askBigquery(answerWith(page("one")));
    await createFailureFinder(bigquery, config)(request);
    const [started, asked] = requests;
    const query = queryIn(started);
    expect(query.query).toContain("FROM acme_hourtally.failed_events_open");
    expect(query.maximumBytesBilled).toBe("1000");
    expect(parametersOf(query)).toEqual([
      ["stage", { value: "append-rows" }],
      ["since", { value: "2026-01-01T00:00:00Z" }],
      ["reason", { value: "" }],
    ]);
    const { jobId, location } = JSON.parse(started?.body ?? "").jobReference;
    expect(location).toBe("EU");
    expect(asked?.url.pathname).toBe(`/projects/demo/queries/${jobId}`);
    expect(Object.fromEntries(asked?.url.searchParams ?? [])).toMatchObject({
      location: "EU",
      maxResults: "100",
    });
    expect(asked?.url.searchParams.has("pageToken")).toBe(false);
  });

  test("of one reason asks for that", async () => {
    const { bigquery, requests } = await askBigquery(answerWith(page("one")));
    await createFailureFinder(bigquery, config)({ ...request, reason: "row-refused" });
    expect(parametersOf(queryIn(requests[0]))).toContainEqual(["reason", { value: "row-refused" }]);
  });

  test("finds the place of its dataset by itself, and keeps to it", async () => {
    const { bigquery, requests } = await askBigquery(
      answerWith({ ...page("one"), pageToken: "p2" }),
    );
    const { nextPageToken = "" } = await createFailureFinder(bigquery, {
      dataset: "hourtally",
      maximumBytesBilled: "1000",
    })(request);
    const { jobId, location } = JSON.parse(requests[0]?.body ?? "").jobReference;
    expect(location).toBeUndefined();
    expect(requests[1]?.url.searchParams.get("location")).toBe("EU");
    expect(readPageToken(nextPageToken)).toEqual({ job: jobId, location: "EU", page: "p2" });
  });

  test("has the bytes of all parts, the full name of the topic and the attributes", async () => {
    const { bigquery } = await askBigquery(answerWith(page("one, ", "two")));
    const found = await createFailureFinder(bigquery, config)(request);
    expect(found).toEqual({
      found: 7,
      failures: [
        {
          id: "a",
          sourceTopic: "acme-tweets",
          attributes: { schema: "raw" },
          original: Buffer.from("one, two"),
        },
      ],
    });
  });

  test("goes on where its page token says, without another query", async () => {
    const { bigquery, requests } = await askBigquery(
      answerWith({ ...page("one"), pageToken: "p3" }),
    );
    const pageToken = tokenOf({ job: "job_1", location: "US", page: "p2" });
    const find = createFailureFinder(bigquery, config);
    const { nextPageToken = "" } = await find({ ...request, pageToken });
    expect(requests.map(({ method }) => method)).toEqual(["GET"]);
    expect(Object.fromEntries(requests[0]?.url.searchParams ?? [])).toMatchObject({
      location: "US",
      pageToken: "p2",
    });
    expect(readPageToken(nextPageToken)).toEqual({ job: "job_1", location: "US", page: "p3" });
  });

  test("may go on at the first page of a query, wherever that is", async () => {
    const { bigquery, requests } = await askBigquery(
      answerWith({ ...page("one"), pageToken: "p2" }),
    );
    const find = createFailureFinder(bigquery, config);
    const { nextPageToken = "" } = await find({ ...request, pageToken: tokenOf({ job: "job_1" }) });
    expect(requests[0]?.url.searchParams.has("pageToken")).toBe(false);
    expect(requests[0]?.url.searchParams.has("location")).toBe(false);
    expect(readPageToken(nextPageToken)).toEqual({ job: "job_1", page: "p2" });
  });

  test("waits for a query that takes long, and never takes what is not complete for all", async () => {
    let asked = 0;
    const { bigquery } = await askBigquery((response, { method }) => {
      if (method === "POST") return answerJson(response, startJob);
      asked += 1;
      answerJson(
        response,
        asked < 20 ? { jobReference: job, jobComplete: false } : page("one, ", "two"),
      );
    });
    const found = await createFailureFinder(bigquery, config)(request);
    expect(found.failures.map(({ original }) => original.toString())).toEqual(["one, two"]);
    expect(asked).toBe(20);
  });

  test("gives up a query that is not through when it was asked for twenty times", async () => {
    const { bigquery, requests } = await askBigquery(
      answerWith({ jobReference: job, jobComplete: false }),
    );
    const found = createFailureFinder(bigquery, config)(request);
    await expect(found).rejects.toThrow("the query for failed events takes too long");
    expect(requests.filter(({ method }) => method === "GET")).toHaveLength(20);
  });

  test("of which half a row has come fails", async () => {
    const { rows, ...rest } = page("one");
    const half = rows.map(({ f }) => ({ f: f.slice(0, 2) }));
    const { bigquery } = await askBigquery(answerWith({ ...rest, rows: half }));
    await expect(createFailureFinder(bigquery, config)(request)).rejects.toThrow();
  });

  test.each([
    [404, "job is gone says that it must begin again", "start again"],
    [403, "job may not be read says why", "told to"],
  ])("that is answered with %i, as its %s", async (code, _, message) => {
    const { bigquery } = await askBigquery((response) => {
      answerJson(response, { error: { code, message: "told to" } }, code);
    });
    const pageToken = tokenOf({ job: "job_1", page: "p2" });
    const error: unknown = await createFailureFinder(
      bigquery,
      config,
    )({
      ...request,
      pageToken,
    }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringContaining(message) });
    expect(error instanceof ExpiredPageError).toBe(code === 404);
    if (code === 404) expect(error).toMatchObject({ name: "ExpiredPageError", cause: { code } });
  });
});

describe("a dry redrive", () => {
  test("counts what a redrive would find, and has nothing of it sent", async () => {
    const counted = {
      jobReference: job,
      jobComplete: true,
      totalRows: "1",
      schema: { fields: [{ name: "found", type: "INTEGER" }] },
      rows: [{ f: [{ v: "12345" }] }],
    };
    const { bigquery, requests } = await askBigquery((response) => answerJson(response, counted));
    const find = createFailureFinder(bigquery, config);
    expect(await find({ ...request, dryRun: true })).toEqual({ found: 12_345, failures: [] });
    const bodies = requests.map(({ body }) => body).join("\n");
    expect(bodies).toContain("SELECT COUNT(*) AS found");
    expect(bodies).toContain("FROM acme_hourtally.failed_events_open");
    expect(bodies).toContain('"append-rows"');
  });
});
