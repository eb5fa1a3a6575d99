import { isUtf8 } from "node:buffer";
import { readdirSync, readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { createGzip, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { failedEvent } from "../../shared/events/failed-event.v1.ts";
import { turnstileRow } from "../../shared/events/turnstile-row.v1.ts";
import type { CollectedMessage as LandedMessage } from "../support/collect-messages.ts";
import { peakResidentBytes } from "../support/process-usage.ts";
import { hasSharedData, sharedDataPath, sharedLines } from "../support/shared-data.ts";
import { startLanding } from "../support/start-landing.ts";
import { waitUntil } from "../support/wait-until.ts";

const mebibyte = 1024 * 1024;

let landing: Awaited<ReturnType<typeof startLanding>>;

beforeAll(async () => {
  landing = await startLanding();
});

afterAll(async () => {
  await landing.stop();
});

/** Uploads an object and kills who loads it: how many of its messages had been published by then. */
async function killWhileLoading(object: string, content: Buffer): Promise<number> {
  const published = () =>
    landing.messages("log-lines").filter(({ attributes }) => attributes.object === object).length;
  const restarts = landing.loader.restarts();
  await landing.bucket.file(object).save(content);
  await waitUntil("its first message is published", () => published() > 0);
  process.kill(landing.loader.pid() ?? Number.NaN, "SIGKILL");
  await expect.poll(() => landing.loader.restarts(), { interval: 5 }).toBe(restarts + 1);
  return published();
}

/** Messages of one object, as soon as all that its report tells of have arrived. */
async function messagesOf(topic: string, object: string, count: number): Promise<LandedMessage[]> {
  const own = () =>
    landing.messages(topic).filter(({ attributes }) => attributes.object === object);
  await waitUntil(`${count} of ${object}`, () => own().length >= count);
  return own();
}

const rowsOf = (messages: LandedMessage[]): string[] =>
  messages.flatMap(({ data }) => data.toString().split("\n"));

async function failedOf(object: string, count: number) {
  const own = () =>
    landing
      .messages("failed-events")
      .flatMap(({ data }) => data.toString().split("\n"))
      .map((line) => failedEvent.parse(JSON.parse(line)))
      .filter(({ attributes }) => attributes.some(({ value }) => value === object));
  await waitUntil(`${count} of ${object}`, () => own().length >= count);
  return own();
}

describe("an uploaded object", () => {
  test("arrives on its topic, and is reported", async () => {
    const object = "landing/tweets/a.jsonl.gz";
    await landing.bucket.file(object).save(gzipSync('{"id":1146305069987618817}\n{"id":2}\nx\n'));

    expect(await landing.report(object)).toMatchObject({
      outcome: "loaded",
      rows: 2,
      failed: 1,
      messages: 1,
    });
    const [message] = await messagesOf("tweets", object, 1);
    expect(message?.data.toString()).toBe('{"id":1146305069987618817}\n{"id":2}');
    expect(message?.attributes).toMatchObject({ schema: "raw", bucket: "lake", records: "0-1" });
    expect(await failedOf(object, 1)).toMatchObject([
      { reason: "malformed-json", position: "records[2]", source_topic: "tweets" },
    ]);
  });

  test("stored with Content-Encoding gzip is read as it is stored", async () => {
    const object = "landing/tweets/encoded.jsonl";
    await landing.bucket.file(object).save(gzipSync('{"id":1}\n'), {
      metadata: { contentEncoding: "gzip" },
    });
    expect(await landing.report(object)).toMatchObject({ compression: "gzip", rows: 1 });
    expect(rowsOf(await messagesOf("tweets", object, 1))).toEqual(['{"id":1}']);
  });

  test("that is empty has no rows", async () => {
    const object = "landing/tweets/empty.jsonl";
    await landing.bucket.file(object).save("");
    expect(await landing.report(object)).toMatchObject({ outcome: "loaded", rows: 0, failed: 0 });
  });

  test("with an odd name arrives as well", async () => {
    const object = "landing/tweets/2026 11/é#?%2F&.jsonl";
    await landing.bucket.file(object).save('{"id":1}\n');
    expect(await landing.report(object)).toMatchObject({ object, rows: 1 });
    expect(await messagesOf("tweets", object, 1)).toHaveLength(1);
  });

  test("of pages and values on several lines arrives as one line each", async () => {
    const object = "landing/tweets/pages.json";
    const content = '{\n  "id": 1\n}\n[{"id":2},{"id":3}]\n{\n  "id":\n{"id":4}\n';
    await landing.bucket.file(object).save(content);
    expect(await landing.report(object)).toMatchObject({ rows: 3, failed: 1, messages: 1 });
    const [message] = await messagesOf("tweets", object, 1);
    expect(message?.data.toString()).toBe('{   "id": 1 }\n[{"id":2},{"id":3}]\n{"id":4}');
    expect(message?.attributes).toMatchObject({ records: "0-1,3" });
  });

  test("that is cut short is not published at all", async () => {
    const object = "landing/tweets/cut.jsonl.gz";
    const whole = gzipSync('{"id":"1"}\n'.repeat(100_000));
    await landing.bucket.file(object).save(whole.subarray(0, -1));

    expect(await landing.report(object)).toMatchObject({
      outcome: "failed",
      reason: "truncated-object",
      rows: 0,
    });
    expect(await failedOf(object, 1)).toMatchObject([{ reason: "truncated-object" }]);
    expect(await messagesOf("tweets", object, 0)).toEqual([]);
  });

  test("is published once, however often its notification comes", async () => {
    const object = "landing/tweets/again.jsonl";
    await landing.bucket.file(object).save('{"id":1}\n');
    await landing.report(object);
    const [{ generation }] = await landing.bucket.file(object).getMetadata();
    const attributes = {
      eventType: "OBJECT_FINALIZE",
      payloadFormat: "NONE",
      bucketId: "lake",
      objectId: object,
      objectGeneration: String(generation),
    };
    for (let turn = 0; turn < 3; turn++) {
      await landing.client.topic("object-finalized").publishMessage({ attributes });
    }
    const repeated = () => landing.loader.log().match(/"reason":"already-loaded"/g)?.length;
    await expect.poll(repeated).toBe(3);
    expect(await messagesOf("tweets", object, 1)).toHaveLength(1);
  });

  test("may be announced by a CloudEvent of Storage itself", async () => {
    const object = "landing/tweets/direct.jsonl";
    const file = landing.bucket.file(object);
    await file.save('{"id":1}\n');
    await landing.report(object);
    const [{ generation }] = await file.getMetadata();
    await landing.bucket.file(`reports/${object}.${String(generation)}.report.json`).delete();

    const answer = await fetch(landing.loader.url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "ce-specversion": "1.0",
        "ce-type": "google.cloud.storage.object.v1.finalized",
        "ce-source": "//storage.googleapis.com/projects/_/buckets/lake",
        "ce-subject": `objects/${object}`,
        "ce-id": "1",
      },
      body: JSON.stringify({ bucket: "lake", name: object, generation: String(generation) }),
    });

    expect(answer.ok).toBe(true);
    expect(await landing.report(object, 1_000)).toMatchObject({ rows: 1 });
    expect(await messagesOf("tweets", object, 2)).toHaveLength(2);
  });
});

describe("a large object", () => {
  test("with a line of 64 MiB stays within 256 MB and loads its other lines", async () => {
    const object = "landing/tweets/long.jsonl.gz";
    const content = function* () {
      yield '{"id":"1"}\n{"id":"';
      for (let n = 0; n < 64; n++) yield "x".repeat(mebibyte);
      yield '"}\n{"id":"2"}\n';
    };
    const upload = landing.bucket.file(object).createWriteStream({ resumable: false });
    await new Promise((resolve, reject) => {
      Readable.from(content())
        .pipe(createGzip({ level: 1 }))
        .pipe(upload)
        .once("finish", resolve)
        .once("error", reject);
    });

    expect(await landing.report(object)).toMatchObject({ rows: 2, failed: 1 });
    expect(await failedOf(object, 1)).toMatchObject([
      { reason: "line-too-long", position: "records[1]" },
    ]);
    expect(rowsOf(await messagesOf("tweets", object, 1))).toEqual(['{"id":"1"}', '{"id":"2"}']);
    expect(peakResidentBytes(landing.loader.pid())).toBeLessThan(256 * mebibyte);
  });

  test("with lines of nearly 10 MB is loaded, and keeps those that are no JSON", async () => {
    const object = "landing/tweets/large.jsonl";
    const large = `{"id":"${"x".repeat(9_989_991)}"}`;
    expect(large).toHaveLength(9_990_000);
    await landing.bucket.file(object).save(`${large}\n${large.slice(1)}\n${large} \n`);
    expect(await landing.report(object)).toMatchObject({
      rows: 1,
      failed_by_reason: { "malformed-json": 1, "line-too-long": 1 },
    });
    const [message] = await messagesOf("tweets", object, 1);
    expect(message?.data.toString() === large).toBe(true);
    const failed = await failedOf(object, 4);
    const parts = failed.filter(({ reason }) => reason === "malformed-json");
    expect(parts.map(({ part, parts: of }) => `${part} of ${of}`).toSorted()).toEqual([
      "1 of 3",
      "2 of 3",
      "3 of 3",
    ]);
  });

  test("is loaded again from the beginning after the process was killed", async () => {
    const count = 100_000;
    const lines = Array.from(
      { length: count },
      (_, n) => `{"id":"${n}","text":"${"x".repeat(200)}"}`,
    );
    const content = gzipSync(lines.join("\n"), { level: 1 });
    let object = "";
    let beforeRestart = 0;
    // On a busy machine all may be loaded before anyone here has seen the first: then another is.
    for (let turn = 0; turn < 5; turn++) {
      object = `landing/log-lines/killed-${turn}.jsonl.gz`;
      beforeRestart = await killWhileLoading(object, content);
      if (beforeRestart < count / 500) break;
    }

    expect(await landing.report(object, 30_000)).toMatchObject({ rows: count, failed: 0 });
    const messages = await messagesOf("log-lines", object, beforeRestart + count / 500);
    expect(beforeRestart).toBeGreaterThan(0);
    expect(beforeRestart).toBeLessThan(count / 500);
    // Nothing is lost; what came twice is the same, to the byte and to the records it names.
    const byRecords = new Map(messages.map((one) => [one.attributes.records ?? "", one]));
    expect(byRecords.size).toBe(count / 500);
    for (const { data, attributes } of messages) {
      expect(byRecords.get(attributes.records ?? "")?.data.equals(data)).toBe(true);
    }
    expect(new Set(rowsOf([...byRecords.values()]))).toEqual(new Set(lines));
  });
});

/** Whether the platform's parser takes a text for an array or an object. */
function isContainer(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null;
  } catch {
    return false;
  }
}

describe.skipIf(!hasSharedData)("real data", () => {
  test("all of JSONTestSuite in one object gives the arrays and objects of it, and ends no process", async () => {
    const folder = sharedDataPath("bad-input/JSONTestSuite/test_parsing");
    const texts = readdirSync(folder).map((name) => readFileSync(`${folder}/${name}`));
    const good = texts.filter((text) => isUtf8(text) && isContainer(text.toString()));
    const lineFeed = Buffer.from("\n");
    const object = "landing/tweets/suite.jsonl";
    const content = [Buffer.from("{}\n"), ...texts.flatMap((text) => [text, lineFeed])];
    const restarts = landing.loader.restarts();
    await landing.bucket.file(object).save(Buffer.concat(content));

    const report = await landing.report(object);

    expect(good).toHaveLength(108);
    expect(report).toMatchObject({ outcome: "loaded", rows: 109 });
    expect(report.failed).toBeGreaterThan(200);
    expect(await failedOf(object, report.failed)).toHaveLength(report.failed);
    expect(landing.loader.restarts()).toBe(restarts);
  });

  // The whole week lands in conformance/turnstile-upload.test.ts, for whoever has the time.
  test("turnstiles of a week, of which 50,000 rows: none failed", async () => {
    const object = "landing/turnstiles/240113.csv.gz";
    const lines = sharedLines("mta/240113.csv.gz").slice(0, 50_001);
    await landing.bucket.file(object).save(gzipSync(`${lines.join("\n")}\n`));

    expect(await landing.report(object, 60_000)).toMatchObject({
      outcome: "loaded",
      format: "csv",
      rows: 50_000,
      failed: 0,
      messages: 100,
    });
    const messages = await messagesOf("turnstiles", object, 100);
    const rows = rowsOf(messages);
    expect(rows).toHaveLength(50_000);
    const stations = new Set<string>();
    for (const row of rows) stations.add(turnstileRow.parse(JSON.parse(row)).station);
    expect(stations.size).toBe(111);
    expect(await failedOf(object, 0)).toEqual([]);
  });
});

describe("the log", () => {
  test("is one JSON object a line, whatever was loaded", () => {
    const line = z.looseObject({ severity: z.string(), message: z.string() });
    const lines = landing.loader.log().trim().split("\n");
    expect(lines.length).toBeGreaterThan(5);
    for (const text of lines) expect(() => line.parse(JSON.parse(text)), text).not.toThrow();
  });
});
