import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { unpackRecords } from "../../../../shared/codec/unpack-records.ts";
import type { FailedEvent } from "../../../../shared/events/failed-event.v1.ts";
import { delivery, messagePublished } from "../../../support/deliveries.ts";
import { createdAt, createMemoryLanding, finalized } from "../../../support/memory-landing.ts";

const name = "landing/tweets/a.jsonl";
const report = `reports/${name}.1700000000000001.report.json`;
const lines = (count: number, text = '{"id":"1"}') => `${text}\n`.repeat(count);

describe("an object", () => {
  test("is published, then reported, in this order", async () => {
    const landing = createMemoryLanding();

    await landing.load(name, '{"id":1146305069987618817}\n\n{"id":2}\nnot json\n{"id":3}');

    expect(landing.actions).toEqual([
      `read ${name}`,
      "publish tweets",
      "publish failed-events",
      `write ${report}`,
    ]);
    expect(landing.messagesOn("tweets")).toEqual([
      {
        topic: "tweets",
        data: Buffer.from('{"id":1146305069987618817}\n{"id":2}\n{"id":3}'),
        attributes: {
          schema: "raw",
          bucket: "lake",
          object: name,
          generation: "1700000000000001",
          records: "0-1,3",
        },
      },
    ]);
    expect(landing.reportOf(name)).toEqual({
      bucket: "lake",
      object: name,
      generation: "1700000000000001",
      topic: "tweets",
      outcome: "loaded",
      compression: "none",
      format: "ndjson",
      rows: 3,
      failed: 1,
      failed_by_reason: { "malformed-json": 1 },
      messages: 1,
      bytes: 54,
      content_bytes: 54,
      seconds: 0,
      function_version: "unknown",
    });
  });

  test("as gzip is read twice before the first row is published", async () => {
    const landing = createMemoryLanding();

    await landing.load(`${name}.gz`, gzipSync('{"id":1}\n'));

    expect(landing.actions.slice(0, 3)).toEqual([
      `read ${name}.gz`,
      `read ${name}.gz`,
      "publish tweets",
    ]);
    expect(landing.reportOf(`${name}.gz`)).toMatchObject({ compression: "gzip", rows: 1 });
  });

  test("as gzip is known by its content, whatever it is called", async () => {
    const landing = createMemoryLanding();
    await landing.load("landing/tweets/a", gzipSync('[{"id":1},\n{"id":\n2}]'));
    expect(landing.rows("tweets")).toEqual(['{"id":1}', '{"id": 2}']);
  });

  test("is packed in the same way however it is cut into chunks", async () => {
    const content = Array.from({ length: 1_200 }, (_, n) => (n % 7 === 0 ? "x" : `{"id":${n}}`));
    const messages = await Promise.all(
      [17, 1_000, 1_000_000].map(async (chunkBytes) => {
        const landing = createMemoryLanding({ chunkBytes });
        await landing.load(name, content.join("\n"));
        return [...landing.messagesOn("tweets"), ...landing.messagesOn("failed-events")];
      }),
    );
    expect(messages[0]).toHaveLength(4);
    expect(messages[1]).toEqual(messages[0]);
    expect(messages[2]).toEqual(messages[0]);
  });

  test("arrives as records that the next function reads the same", async () => {
    const landing = createMemoryLanding();
    await landing.load("landing/tweets/a.json", '\ufeff[{"a":"\\n"},\r\n{"b":"é"}]');
    const [message] = landing.messagesOn("tweets");
    const records = [...unpackRecords(delivery(message?.data ?? ""))];
    expect(records.map((one) => ("value" in one ? one.value : one.reason))).toEqual([
      { a: "\n" },
      { b: "é" },
    ]);
  });

  test("as CSV becomes typed rows", async () => {
    const landing = createMemoryLanding();
    const header = ",CA,UNIT,SCP,STATION,LINENAME,DIVISION,DATE,TIME,DESC,ENTRIES,EXITS";
    const row = "0,A002,R051,02-00-00,59 ST,NQR456W,BMT,01/06/2024,03:00:00,REGULAR,1,2";
    await landing.load("landing/turnstiles/a.csv", `${header}\n${row}\n${row},3\n`);

    expect(landing.messagesOn("turnstiles")[0]?.attributes).toMatchObject({
      schema: "turnstile-row.v1",
      records: "1",
    });
    expect(landing.rows("turnstiles")).toEqual([
      '{"ca":"A002","unit":"R051","scp":"02-00-00","station":"59 ST","linename":"NQR456W",' +
        '"division":"BMT","date":"01/06/2024","time":"03:00:00","desc":"REGULAR","entries":1,"exits":2}',
    ]);
    expect(landing.failed()).toMatchObject([{ reason: "malformed-csv", position: "records[2]" }]);
  });
});

describe("an object is read by its content, whatever it is called", () => {
  const tweet = '{"tweet" : {"id_str" : "1900000000000000001"}}';

  test.each<[string, string | Buffer, string[]]>([
    ["a.JSON", '[\n {"a": 1},\n {"a": 2}\n]\n', ['{"a": 1}', '{"a": 2}']],
    ["a.JSONL.GZ", gzipSync('{"a":1}\n{"a":2}\n'), ['{"a":1}', '{"a":2}']],
    ["a.txt", gzipSync('[{"a":1},{"a":2}]'), ['{"a":1}', '{"a":2}']],
    ["a.json.gz", '{"a":1}\n', ['{"a":1}']],
    ["a.csv", '{"a":1}{"a":2}', ['{"a":1}', '{"a":2}']],
    ["a.jsonl", '{\n "a": 1\n}{\n "a": 2\n}\n', ['{  "a": 1 }', '{  "a": 2 }']],
    ["tweets.js", `window.YTD.tweets.part0 = [\n  ${tweet}\n]`, [tweet]],
    ["tweets-part1.js", `window.YTD.tweets.part1 = [ ${tweet}, ${tweet} ]\n`, [tweet, tweet]],
    ["tweet.js", gzipSync(`window.YTD.tweet.part0 = [ ${tweet} ]`), [tweet]],
    ["2012_03.js", 'Grailbird.data.tweets_2012_03 = \n [ {\n  "id" : 1\n} ]', ['{   "id" : 1 }']],
    ["community-tweet.js", "window.YTD.community_tweet.part0 = [ ]", []],
  ])("%s", async (file, content, rows) => {
    const landing = createMemoryLanding({ chunkBytes: 16 });
    await landing.load(`landing/tweets/${file}`, content);
    expect(landing.failed()).toEqual([]);
    expect(landing.rows("tweets")).toEqual(rows);
  });

  const data = "A002,R051,02-00-00,59 ST,NQR456W,BMT,12/31/2022,03:00:00,REGULAR,7394749,2508844";
  const row =
    '{"ca":"A002","unit":"R051","scp":"02-00-00","station":"59 ST","linename":"NQR456W",' +
    '"division":"BMT","date":"12/31/2022","time":"03:00:00","desc":"REGULAR",' +
    '"entries":7394749,"exits":2508844}';

  test.each([
    "C/A,UNIT,SCP,STATION,LINENAME,DIVISION,DATE,TIME,DESC,ENTRIES,EXITS            ",
    "C/A,Unit,SCP,Station,Line Name,Division,Date,Time,Description,Entries,Exits",
    "c/a,unit,scp,station,line name,division,date,time,description,entries,exits",
    '"c_a","unit","scp","station","line_name","division","date","time","description","entries","exits"',
    "\ufeffCA,UNIT,SCP,STATION,LINE_NAME,DIVISION,DATE,TIME,DESC,ENTRIES,EXITS",
  ])("CSV under the header %s", async (header) => {
    for (const lineEnd of ["\n", "\r\n", "\r"]) {
      const landing = createMemoryLanding({ chunkBytes: 16 });
      await landing.load("landing/turnstiles/a", `${header}${lineEnd}${data}${lineEnd}`);
      expect(landing.failed()).toEqual([]);
      expect(landing.rows("turnstiles")).toEqual([row]);
    }
  });
});

describe("a bad line", () => {
  test("is also one that is nested deeper than any event", async () => {
    const landing = createMemoryLanding();
    const deep = `{"a":${"[".repeat(1_000)}${"]".repeat(1_000)}}`;

    await landing.load(name, `{"id":1}\n${deep}\n`);

    expect(landing.reportOf(name)).toMatchObject({ rows: 1, failed: 1 });
    expect(landing.failed()).toMatchObject([
      { reason: "malformed-json", issues: [{ message: "nested too deep" }] },
    ]);
  });

  test("becomes a failed event that says where it stands, with its bytes", async () => {
    const landing = createMemoryLanding({ variables: { TOPIC_PREFIX: "blue-" } });

    await landing.load(name, '{"id":1}\r\n{"id":]\r\n1\n');

    const identity = `lake/${name}#1700000000000001`;
    expect(landing.failed()).toEqual([
      {
        id: `load-object:${identity}/records[1]`,
        stage: "load-object",
        function_version: "unknown",
        reason: "malformed-json",
        issues: [{ path: "records[1]", message: "not valid JSON" }],
        items: 1,
        source_topic: "blue-tweets",
        message_id: identity,
        position: "records[1]",
        attributes: [
          { name: "bucketId", value: "lake" },
          { name: "objectId", value: name },
          { name: "objectGeneration", value: "1700000000000001" },
          { name: "line", value: "2" },
        ],
        original: Buffer.from('{"id":]').toString("base64"),
        part: 1,
        parts: 1,
        first_seen: createdAt,
      },
      expect.objectContaining({ reason: "unknown-shape", position: "records[2]" }),
    ]);
  });

  test("that is too long is kept by its beginning", async () => {
    const landing = createMemoryLanding({ lineBytes: 100_000 });
    await landing.load(name, `{"id":1}\n{"id":"${"x".repeat(200_000)}"}\n{"id":2}\n`);

    expect(landing.rows("tweets")).toEqual(['{"id":1}', '{"id":2}']);
    const [failed] = landing.failed();
    expect(failed).toMatchObject({ reason: "line-too-long", position: "records[1]", parts: 1 });
    expect(failed?.issues[0]?.message).toBe(
      "200009 bytes long: the first 65536 of them are here, all are in the object",
    );
    expect(Buffer.from(failed?.original ?? "", "base64")).toHaveLength(65_536);
  });

  test("is one of very many, and all are published", async () => {
    const landing = createMemoryLanding();
    const loaded = await landing.load(name, lines(3_000, "{x"));
    expect(loaded).toMatchObject({ rows: 0, failed: 3_000, messages: 0 });
    expect(new Set(landing.failed().map(({ id }) => id)).size).toBe(3_000);
    for (const { data } of landing.messagesOn("failed-events")) {
      expect(data.length).toBeLessThanOrEqual(1_000_000);
    }
  });
});

/** The message that a redrive makes of the failed event of an object. */
function redriven(failed: FailedEvent | undefined, id: string) {
  const { original = "", attributes = [] } = failed ?? {};
  return messagePublished(Buffer.from(original, "base64"), "object-finalized", id, {
    attributes: Object.fromEntries(attributes.map((one) => [one.name, one.value])),
  });
}

describe("a bad object", () => {
  test("is one failed event, whose original loads it again once it is mended", async () => {
    const landing = createMemoryLanding();
    const whole = gzipSync(lines(1_000));

    await landing.load(`${name}.gz`, whole.subarray(0, -1));

    expect(landing.actions).toEqual([
      `read ${name}.gz`,
      "publish failed-events",
      `write reports/${name}.gz.1700000000000001.failed.json`,
    ]);
    expect(landing.reportOf(`${name}.gz`)).toMatchObject({
      outcome: "failed",
      reason: "truncated-object",
      rows: 0,
      failed: 1,
    });
    const [failed] = landing.failed();
    expect(failed).toMatchObject({
      reason: "truncated-object",
      source_topic: "object-finalized",
      message_id: "n1",
      position: "object",
    });
    // As if a release had been the cause: the object is the same, and its report is still there.
    landing.put(`${name}.gz`, whole);
    await landing.handle(redriven(failed, "n2"));
    expect(landing.reportOf(`${name}.gz`)).toMatchObject({ outcome: "loaded", rows: 1_000 });

    await landing.handle(redriven(failed, "n3"));
    expect(landing.logged.at(-1)).toMatchObject({ counts: { reason: "already-loaded" } });
    expect(landing.rows("tweets")).toHaveLength(1_000);
  });

  test("that fails again is the same failed event for the same message, else a new one", async () => {
    const landing = createMemoryLanding();
    await landing.load("landing/tweets/a.zip", "PK\u0003\u0004");
    const [failed] = landing.failed();

    await landing.handle(finalized("landing/tweets/a.zip"));
    await landing.handle(redriven(failed, "n2"));

    expect(landing.failed().map(({ id }) => id)).toEqual([
      "load-object:n1/object",
      "load-object:n1/object",
      "load-object:n2/object",
    ]);
  });

  test("is one that is binary, and not a bad line for each of its lines", async () => {
    const landing = createMemoryLanding();
    const tar = Buffer.concat([Buffer.from("a.jsonl".padEnd(512, "\0")), Buffer.from(lines(40))]);
    await landing.load("landing/tweets/a.tar.gz", gzipSync(tar));
    expect(landing.failed()).toMatchObject([
      {
        reason: "unsupported-format",
        issues: [{ message: expect.stringMatching("the content is binary") }],
      },
    ]);
    expect(landing.messagesOn("tweets")).toEqual([]);
  });

  test("is one that holds no JSON, and not a bad line for each of its lines", async () => {
    const landing = createMemoryLanding();
    await landing.load(name, lines(3_000, "a,b,c"));
    expect(landing.failed()).toMatchObject([
      {
        reason: "unsupported-format",
        position: "object",
        issues: [
          {
            message:
              "the content is no JSON, and tweets takes nothing else: no line begins with { or [",
          },
        ],
      },
    ]);
  });

  test.each(["like", "direct_messages", "deleted_tweets", "follower"])(
    "is the part %s of an account archive, once as a whole",
    async (part) => {
      const landing = createMemoryLanding();
      const entries = '{ "entry" : { "id" : "1" } },\n'.repeat(1_000);
      await landing.load(`landing/tweets/${part}.js`, `window.YTD.${part}.part0 = [ ${entries}]`);
      expect(landing.rows("tweets")).toEqual([]);
      expect(landing.failed()).toMatchObject([{ reason: "unsupported-format" }]);
    },
  );

  test("is one that is too large", async () => {
    const landing = createMemoryLanding({ variables: { MAX_CONTENT_BYTES: "1000" } });
    await landing.load(name, lines(100));
    await landing.load(`${name}.gz`, gzipSync(lines(100)));
    expect(landing.failed().map(({ reason }) => reason)).toEqual([
      "object-too-large",
      "object-too-large",
    ]);
    expect(landing.messagesOn("tweets")).toEqual([]);
  });

  test("is CSV without the columns of its topic", async () => {
    const landing = createMemoryLanding();
    await landing.load("landing/turnstiles/a.csv", "CA,UNIT\nA002,R051\n");
    expect(landing.failed()).toMatchObject([
      { reason: "unsupported-format", issues: [{ message: expect.stringContaining("SCP") }] },
    ]);
    expect(landing.messagesOn("turnstiles")).toEqual([]);
  });
});

describe("a notification", () => {
  test("that comes again after the report does nothing", async () => {
    const landing = createMemoryLanding();
    await landing.load(name, lines(3));
    const before = [...landing.actions];

    await landing.handle(finalized(name));

    expect(landing.actions).toEqual(before);
    expect(landing.logged.at(-1)).toMatchObject({ counts: { reason: "already-loaded" } });
  });

  test("of a new generation of the object loads it", async () => {
    const landing = createMemoryLanding();
    await landing.load(name, lines(3));
    await landing.handle(landing.put(name, lines(2), "1700000000000002"));
    expect(landing.rows("tweets")).toHaveLength(5);
    expect(landing.reportOf(name, "1700000000000002")).toMatchObject({ rows: 2 });
  });

  test("of a generation that is gone is ignored, with a warning", async () => {
    const landing = createMemoryLanding();
    landing.put(name, lines(2), "1700000000000002");
    await landing.handle(finalized(name, "1700000000000001"));
    expect(landing.actions).toEqual([]);
    expect(landing.logged).toMatchObject([
      { severity: "WARNING", counts: { reason: "object-gone" }, message: "ignored" },
    ]);
  });

  test("comes as the direct CloudEvent, too", async () => {
    const landing = createMemoryLanding();
    landing.put(name, lines(2));
    await landing.handle({
      specversion: "1.0",
      type: "google.cloud.storage.object.v1.finalized",
      source: "//storage.googleapis.com/projects/_/buckets/lake",
      id: "1",
      data: { bucket: "lake", name, generation: "1700000000000001" },
    });
    expect(landing.rows("tweets")).toHaveLength(2);
  });

  test.each<[string, object, string]>([
    ["reports", finalized("reports/landing/tweets/a.1.report.json"), "not-in-landing"],
    ["other folders", finalized("archive/tweets/a"), "not-in-landing"],
    ["unknown topics", finalized("landing/failed-events/a"), "topic-not-allowed"],
    ["other buckets", finalized(name, "1", "puddle"), "other-bucket"],
    ...["deleted", "archived", "metadataUpdated"].map((type): [string, object, string] => [
      `objects that are ${type}`,
      {
        type: `google.cloud.storage.object.v1.${type}`,
        id: "1",
        data: { bucket: "lake", name, generation: "1" },
      },
      "not-finalized",
    ]),
  ])("about %s is ignored with a reason", async (_what, event, reason) => {
    const landing = createMemoryLanding({ variables: { LANDING_BUCKET: "lake" } });
    await landing.handle(event);
    expect(landing.actions).toEqual([]);
    expect(landing.logged).toMatchObject([{ counts: { reason }, message: "ignored" }]);
  });

  test("about a topic that is not allowed is ignored with a warning", async () => {
    const landing = createMemoryLanding();
    await landing.handle(finalized("landing/tweet/a.jsonl"));
    expect(landing.logged).toMatchObject([
      { severity: "WARNING", counts: { reason: "topic-not-allowed" }, message: "ignored" },
    ]);
  });

  test("that is none becomes a failed event", async () => {
    const landing = createMemoryLanding();
    await landing.handle(messagePublished('{"hello":"world"}', "object-finalized", "m7"));
    expect(landing.failed()).toMatchObject([
      {
        reason: "unknown-shape",
        message_id: "m7",
        source_topic: "object-finalized",
        original: Buffer.from('{"hello":"world"}').toString("base64"),
      },
    ]);
  });
});

describe("a load that cannot finish", () => {
  test("throws without a report, and the next one publishes the same from the beginning", async () => {
    let left = 2;
    const landing = createMemoryLanding({
      onPublish: async () => {
        left -= 1;
        if (left < 0) throw new Error("unavailable");
      },
    });
    const event = landing.put(name, lines(2_000));

    await expect(landing.handle(event)).rejects.toThrow("publishing failed");
    expect(landing.reportOf(name)).toBeUndefined();
    const first = landing.messagesOn("tweets").map(({ attributes }) => attributes.records);
    expect(first).toEqual(["0-499", "500-999"]);

    left = 100;
    await landing.handle(event);
    const all = landing.messagesOn("tweets").map(({ attributes }) => attributes.records);
    expect(all).toEqual([...first, "0-499", "500-999", "1000-1499", "1500-1999"]);
    expect(landing.reportOf(name)).toMatchObject({ rows: 2_000, messages: 4 });
  });

  test("throws when a failed event cannot be published", async () => {
    const landing = createMemoryLanding({
      onPublish: async ({ topic }) => {
        if (topic === "failed-events") throw new Error("unavailable");
      },
    });
    await expect(landing.handle(landing.put(name, "{x"))).rejects.toThrow("publishing failed");
    await expect(landing.handle(landing.put(`${name}.gz`, ""))).rejects.toThrow("unavailable");
    expect(landing.reportOf(name)).toBeUndefined();
    expect(landing.reportOf(`${name}.gz`)).toBeUndefined();
  });

  test("throws when a download breaks off, and takes it for no truncated object", async () => {
    for (const brokenRead of [1, 2]) {
      let reads = 0;
      const landing = createMemoryLanding({
        chunkBytes: 10,
        onRead: async function* (_name, bytes) {
          reads += 1;
          let chunks = 0;
          for await (const chunk of bytes) {
            chunks += 1;
            if (reads === brokenRead && chunks === 3) throw new Error("connection lost");
            yield chunk;
          }
        },
      });
      const event = landing.put(`${name}.gz`, gzipSync(lines(100)));

      await expect(landing.handle(event)).rejects.toThrow("connection lost");
      expect(landing.actions.filter((action) => !action.startsWith("read"))).toEqual([]);

      await landing.handle(event);
      expect(landing.reportOf(`${name}.gz`)).toMatchObject({ outcome: "loaded", rows: 100 });
    }
  });
});

describe("many notifications at once", () => {
  test("are loaded two at a time", async () => {
    let running = 0;
    let most = 0;
    const landing = createMemoryLanding({
      onPublish: async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running -= 1;
      },
    });
    const events = Array.from({ length: 9 }, (_, n) => landing.put(`${name}.${n}`, lines(1)));
    await Promise.all(events.map(landing.handle));
    expect(most).toBe(2);
    expect(landing.rows("tweets")).toHaveLength(9);
  });
});

describe("an object of nothing but failures", () => {
  const name = "landing/tweets/2026/junk.jsonl";

  test("is one failed event when its first 10,000 lines fail, and is read no further", async () => {
    const landing = createMemoryLanding();
    const report = await landing.load(name, `${"{junk\n".repeat(10_000)}{"id_str":"20"}\n`);
    expect(report).toMatchObject({
      outcome: "failed",
      reason: "too-many-failures",
      rows: 0,
      failed: 1,
      failed_by_reason: { "too-many-failures": 1 },
    });
    expect(landing.failed()).toMatchObject([{ reason: "too-many-failures", position: "object" }]);
    expect(landing.rows("tweets")).toEqual([]);
  });

  test("keeps each line that fails when one is a row, in their order", async () => {
    const landing = createMemoryLanding();
    const report = await landing.load(
      name,
      `${"{junk\n".repeat(9_998)}{"id_str":"20"}\n{junk\n{junk`,
    );
    expect(report).toMatchObject({ outcome: "loaded", rows: 1, failed: 10_000 });
    const failed = landing.failed();
    expect(failed).toHaveLength(10_000);
    expect(failed[0]?.position).toBe("records[0]");
    expect(failed[9_999]?.position).toBe("records[10000]");
    expect(landing.rows("tweets")).toEqual(['{"id_str":"20"}']);
  });

  test("and of more failures than 10,000 beside rows: the rows are loaded, the object is told once more", async () => {
    const landing = createMemoryLanding();
    const report = await landing.load(
      name,
      `{"id_str":"20"}\n${"{junk\n".repeat(10_001)}{"id_str":"21"}`,
    );
    expect(report).toMatchObject({
      outcome: "failed",
      reason: "too-many-failures",
      rows: 2,
      failed: 10_001,
      issues: [
        { path: "", message: "10001 of its records fail; the first 10000 are kept one by one" },
      ],
    });
    expect(landing.rows("tweets")).toEqual(['{"id_str":"20"}', '{"id_str":"21"}']);
    const failed = landing.failed();
    expect(failed).toHaveLength(10_001);
    expect(failed.at(-1)).toMatchObject({ reason: "too-many-failures", position: "object" });
  });
});
