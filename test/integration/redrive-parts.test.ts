import { BigQuery } from "@google-cloud/bigquery";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createAppender } from "../../functions/append-rows/append-to-table.ts";
import { createWriterOpener } from "../../functions/append-rows/open-writer.ts";
import { createFailureFinder } from "../../functions/redrive-failures/find-failures.ts";
import { redrivePage } from "../../functions/redrive-failures/redrive-page.ts";
import { failRecord } from "../../shared/codec/fail-record.ts";
import type { FailureReason } from "../../shared/events/failed-event.v1.ts";
import { tables } from "../../shared/rows/tables.ts";
import type { LocalBigquery } from "../local-cloud/bigquery/start-bigquery.ts";
import { startWarehouse } from "../local-cloud/start-warehouse.ts";
import { delivery } from "../support/deliveries.ts";

const projectId = "parts-test";
const config = { dataset: "hourtally", maximumBytesBilled: "1000000000" };
const failedEvents = tables.find(({ name }) => name === "failed_events");

let server: LocalBigquery;
let append: (rows: readonly object[]) => Promise<unknown>;

beforeAll(async () => {
  server = await startWarehouse({ projectId, dataset: config.dataset });
  vi.stubEnv("METADATA_SERVER_DETECTION", "none");
  const opener = createWriterOpener({
    projectId,
    dataset: config.dataset,
    writeEndpoint: server.writeUrl,
  });
  const appendTo = createAppender(opener);
  if (failedEvents === undefined) throw new Error("no table is declared as failed_events");
  append = (rows) =>
    appendTo(
      failedEvents,
      rows.map((row) => ({ ...row })),
    );
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.stop();
});

/** The failed events of one record: `stage` keeps those of each test apart. */
function failed(
  stage: string,
  original: Buffer,
  position = "message",
  reason: FailureReason = "retries-exhausted",
) {
  return failRecord(delivery(""), {
    stage,
    functionVersion: "v1",
    reason,
    issues: [],
    items: 1,
    position,
    original,
    isEncoded: true,
  });
}

/** Bytes of which no part is like another: two that were swapped would show. */
function bytes(length: number, seed: number): Buffer {
  const words = new Uint32Array(Math.ceil(length / 4));
  for (let at = 0; at < words.length; at++) words[at] = Math.imul(at + seed, 2_654_435_761);
  return Buffer.from(words.buffer, 0, length);
}

async function redrive(stage: string) {
  const find = createFailureFinder(new BigQuery({ projectId }), config);
  const request = { stage, since: "2026-01-01T00:00:00Z", limit: 100, dryRun: false };
  const { found, failures } = await find({ ...request, requestedBy: "test" });
  const sent: { topic: string; data: Buffer; attributes: Record<string, string> }[] = [];
  const page = await redrivePage(
    failures,
    async (topic, data, attributes) => {
      sent.push({ topic, data, attributes });
      return "published";
    },
    { topic: "append-redrives", redriven_at: "2026-02-03T04:05:06Z", requested_by: "test" },
  );
  return { found, page, originals: sent.filter(({ topic }) => topic !== "append-redrives") };
}

test("an original of 9 MB, whose parts came in reverse and twice, goes back byte by byte", async () => {
  const original = bytes(9_000_000, 1);
  const other = bytes(4 * 1024 * 1024 + 1, 2);
  const [first, second, third] = failed("reversed", original);
  const others = failed("reversed", other, "records[1]");
  expect(others).toHaveLength(2);
  for (const part of [third, others[1], second, third, others[0], first, second]) {
    if (part === undefined) throw new Error("an original of 9 MB has three parts");
    await append([part]);
  }
  const { found, page, originals } = await redrive("reversed");
  expect({ found, page }).toEqual({
    found: 2,
    page: { redriven: 2, refused: 0, bytes: 9_000_000 + 4 * 1024 * 1024 + 1 },
  });
  const [large, small] = originals.toSorted((a, b) => b.data.length - a.data.length);
  expect(large?.data.equals(original)).toBe(true);
  expect(small?.data.equals(other)).toBe(true);
  expect(large?.topic).toBe("tweets");
  expect(large?.attributes).toEqual({ source: "test" });
});

test("an original of which a part is missing stays where it is", async () => {
  const [first, second] = failed("missing", Buffer.alloc(9_000_000, "x"));
  if (first === undefined || second === undefined) throw new Error("there are three parts");
  await append([second]);
  await append([first]);
  expect((await redrive("missing")).found).toBe(0);
});

test("two originals of the same message are two, and one that failed in two releases is one", async () => {
  const [one] = failed("releases", Buffer.from("one"), "records[0]");
  const [two] = failed("releases", Buffer.from("two"), "records[1]");
  await append([
    { ...one },
    { ...two },
    { ...one, function_version: "v2", reason: "unknown-shape" },
  ]);
  const { originals } = await redrive("releases");
  expect(originals.map(({ data }) => data.toString()).toSorted()).toEqual(["one", "two"]);
});

test("a line of which only the beginning was kept is never sent back", async () => {
  await append(failed("shortened", Buffer.from("the beginning"), "records[0]", "line-too-long"));
  await append(failed("shortened", Buffer.from("whole"), "records[1]", "malformed-csv"));
  const { originals } = await redrive("shortened");
  expect(originals.map(({ data }) => data.toString())).toEqual(["whole"]);
});
