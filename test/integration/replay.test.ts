import { Storage } from "@google-cloud/storage";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { decodePayload } from "../../shared/codec/decode-payload.ts";
import { type ArchivedMessage, readArchive } from "../../terraform/operate/archive/read-archive.ts";
import { replay } from "../../terraform/operate/replay.ts";
import { retract } from "../../terraform/operate/retract.ts";
import { generateTweets } from "../producer/generate-tweets.ts";
import { publishEvents } from "../producer/publish-events.ts";
import { callCommand } from "../support/call-command.ts";
import { startTestCloud, type TestCloud } from "../support/test-cloud.ts";

const lines = Array.from(
  generateTweets({ count: 800, seed: 5, endingAt: new Date("2026-01-02T03:04:05Z") }),
  ({ json }) => json,
);

const replayed = z.object({ objects: z.number(), messages: z.number(), bytes: z.number() });

describe("a raw archive", () => {
  let cloud: TestCloud;
  let right: string[];
  const from = new Date(Date.now() - 3_600_000).toISOString();

  beforeAll(async () => {
    cloud = await startTestCloud({ archive: true });
  });
  afterAll(() => cloud.stop());

  const environment = () => ({
    GOOGLE_CLOUD_PROJECT: cloud.projectId,
    HOURTALLY_LAKE_BUCKET: cloud.bucket,
  });
  const replayFrom = async (...args: string[]) => {
    const all = ["--from", from, "--json", ...args];
    const result = await callCommand("replay", replay, all, environment());
    expect(result, result.stderr).toMatchObject({ code: 0 });
    return replayed.parse(JSON.parse(result.stdout));
  };
  const soon = () => new Date(Date.now() + 60_000).toISOString();
  const archived = async () => {
    const bucket = new Storage({ projectId: cloud.projectId }).bucket(cloud.bucket);
    const [files] = await bucket.getFiles({ prefix: "archive/tweets/" });
    const messages: ArchivedMessage[] = [];
    for (const file of files) {
      for await (const some of readArchive(file.createReadStream())) messages.push(...some);
    }
    return { names: files.map(({ name }) => name), messages };
  };
  const settled = () => expect.poll(() => cloud.backlog()?.messages, { interval: 100 }).toBe(0);

  test("holds every message as it came, in objects by the time", async () => {
    await cloud.count(lines, 50);
    right = await cloud.urlHours();
    expect(right.length).toBeGreaterThan(100);
    const { names, messages } = await archived();
    const pattern = /^archive\/tweets\/\d{4}-\d\d-\d\d\/\d\d_\d\d_\d\dZ_[0-9a-f-]{36}\.avro$/;
    for (const name of names) expect(name).toMatch(pattern);
    expect(messages).toHaveLength(lines.length / 50);
    const found = messages.flatMap(({ data, attributes }) => {
      const plain = decodePayload(data, attributes["content-encoding"]);
      return Buffer.isBuffer(plain) ? plain.toString().split("\n") : [];
    });
    expect(found.toSorted()).toEqual(lines.toSorted());
  });

  test("sent again counts nothing twice", async () => {
    const { messages } = await archived();
    const warnings: string[] = [];
    const warn = ({ message }: Error) => warnings.push(message);
    process.on("warning", warn);
    const dry = await replayFrom("--to", soon(), "--dry-run");
    process.off("warning", warn);
    expect(warnings).toEqual([]);
    expect(dry).toMatchObject({ messages: messages.length });
    expect((await archived()).messages).toHaveLength(messages.length);
    const sent = await replayFrom("--to", soon());
    expect(sent).toEqual(dry);
    await settled();
    expect(await cloud.urlHours()).toEqual(right);
    const [row] = await cloud.query(
      "SELECT COUNT(DISTINCT CONCAT(message_id, position)) AS n FROM hourtally.posts",
    );
    expect(z.object({ n: z.number() }).parse(row).n).toBe(2 * lines.length);
  });

  test("restores the exact view after a release that wrote wrong rows", async () => {
    const key = z.object({ hour: z.string(), url_key: z.string() });
    const hours = right.map((row) => key.parse(JSON.parse(row)).hour);
    const hour_from = "2026-01-01T23:00:00Z";
    const hour_to = "2026-01-02T02:00:00Z";
    const isWrong = (time: string) => time >= hour_from && `${time.slice(0, 13)}:00:00Z` < hour_to;
    expect(hours.filter(isWrong).length).toBeGreaterThan(20);

    // What a release would have written that takes every link for the same page.
    const wrong = lines.flatMap((line) =>
      wrongMention(line).filter(({ event_time }) => isWrong(event_time)),
    );
    expect(wrong.length).toBeGreaterThan(100);
    const events = wrong.map((mention) => Buffer.from(JSON.stringify(mention)));
    const topic = cloud.pubSub.topic("url-mentions");
    await publishEvents({ topic, events, pack: 100, attributes: { schema: "url-mentions.v1" } });
    await settled();
    const damaged = await cloud.urlHours();
    expect(damaged.filter((row) => row.includes('"url_key":"example.com/wrong"')).length).toBe(3);

    const range = ["--from", hour_from, "--to", hour_to];
    const options = ["--stream", "url-mentions", ...range, "--reason", "a faulty release"];
    const retracted = await callCommand("retract", retract, options, environment());
    expect(retracted, retracted.stderr).toMatchObject({ code: 0 });
    const told = /npm run replay -- --from (\S+) --to (\S+)/.exec(retracted.stderr);
    expect(told?.[1]).toBe("2026-01-01T22:00:00.000Z");
    await settled();
    // Those hours are empty now, and no other is touched.
    const outside = right.filter((row) => !isWrong(key.parse(JSON.parse(row)).hour));
    expect(await cloud.urlHours()).toEqual(outside);

    await replayFrom("--to", told?.[2] ?? "");
    await expect.poll(cloud.urlHours, { interval: 500 }).toEqual(right);
    await settled();
    expect(await cloud.urlHours()).toEqual(right);
  });

  test("does not bring back what was deleted", async () => {
    const ids = [...lines.join("\n").matchAll(/"id_str":"(\d+)","text"/g)].map(([, id]) => id);
    const notices = ids.slice(0, 50).map((id) => `{"delete":{"status":{"id_str":"${id}"}}}`);
    await cloud.count(notices, 10);
    const without = await cloud.urlHours();
    expect(without).not.toEqual(right);
    await replayFrom("--to", soon());
    await settled();
    expect(await cloud.urlHours()).toEqual(without);
  });

  test("restores pages, values on several lines and messages of many megabytes", async () => {
    const hour = "2025-06-01T10:00:00Z";
    const tweet = (n: number, text = "") => ({
      id: String(1_900_000_000_000_000_000n + BigInt(n)),
      author_id: String(n),
      created_at: "2025-06-01T10:20:30.000Z",
      text,
      entities: {
        urls: [{ url: "https://t.co/a", expanded_url: `https://shapes.example.com/${n}` }],
      },
    });
    const payloads = [
      JSON.stringify([tweet(1), tweet(2), tweet(3)]),
      JSON.stringify({ data: tweet(4) }, null, 2),
      JSON.stringify([tweet(5), tweet(6)], null, "\t").replaceAll("\n", "\r\n"),
      JSON.stringify(tweet(7)),
      JSON.stringify({
        data: Array.from({ length: 900 }, (_, n) => tweet(n + 8, "x".repeat(9_900))),
      }),
    ];
    expect(payloads.at(-1)?.length).toBeGreaterThan(9_000_000);
    const counted = async () =>
      (await cloud.urlHours()).filter((row) => row.includes('"host":"shapes.example.com"'));
    for (const payload of payloads) {
      await cloud.pubSub.topic("tweets").publishMessage({ data: Buffer.from(payload) });
    }
    await expect.poll(counted, { interval: 500 }).toHaveLength(907);
    const before = await counted();

    const range = ["--from", hour, "--to", "2025-06-01T11:00:00Z"];
    const options = ["--stream", "url-mentions", ...range, "--reason", "a faulty release"];
    const retracted = await callCommand("retract", retract, options, environment());
    expect(retracted, retracted.stderr).toMatchObject({ code: 0 });
    await settled();
    expect(await counted()).toEqual([]);

    await replayFrom("--to", soon());
    await settled();
    expect(await counted()).toEqual(before);
  });
});

const tweetLine = z.object({ id_str: z.string(), timestamp_ms: z.string() });

function wrongMention(line: string) {
  const parsed = tweetLine.safeParse(JSON.parse(line));
  if (!parsed.success) return [];
  const { id_str, timestamp_ms } = parsed.data;
  const event_time = new Date(Number(timestamp_ms)).toISOString();
  const page = {
    url_key: "example.com/wrong",
    url: "https://example.com/wrong/",
    host: "example.com",
  };
  const revision = "zz.00000000.01.300.000000";
  return [{ id: `x:${id_str}`, event_time, ...page, kind: "post", source: "x", revision }];
}
