import { afterEach, describe, expect, test } from "vitest";
import { replay } from "../../../../terraform/operate/replay.ts";
import { encodeArchive } from "../../../local-cloud/encode-archive.ts";
import { archivedMessage } from "../../../support/archived-messages.ts";
import { callCommand } from "../../../support/call-command.ts";
import { acknowledge, startPublishServer } from "../../../support/start-publish-server.ts";
import { answerJson, startRestServer } from "../../../support/start-rest-server.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

const sentAt = (time: string, text: string) =>
  archivedMessage(0, {
    publishTimeMicros: Date.parse(`2026-01-02T${time}Z`) * 1_000,
    attributes: { schema: "raw", source: text },
    data: Buffer.from(text),
  });

/** One that reaches into the time from 3 to 4, and one that ends in it. */
const objects = new Map([
  [
    "archive/tweets/2026-01-02/02_55_00Z_a.avro",
    [sentAt("02:59:59.999", "too early"), sentAt("03:00:00.000", "first")],
  ],
  [
    "archive/tweets/2026-01-02/03_55_00Z_b.avro",
    [
      sentAt("03:59:59.999", "last"),
      sentAt("04:00:00.000", "too late"),
      sentAt("03:58:00.000", "out of order"),
    ],
  ],
]);

/** Replays from 3 to 4, and tells what was published. */
async function replayHour(...args: string[]) {
  const lake = await startRestServer((response, { url }) => {
    const name = decodeURIComponent(url.pathname.split("/o/")[1] ?? "");
    const messages = objects.get(name);
    if (messages !== undefined) {
      response.end(encodeArchive("projects/p/subscriptions/tweets.archive", messages));
      return;
    }
    const prefix = url.searchParams.get("prefix") ?? "";
    const found = [...objects.keys()].filter((one) => one.startsWith(prefix));
    answerJson(response, { items: found.map((one) => ({ name: one, size: "1" })) });
  });
  const topics = await startPublishServer(acknowledge);
  stops.push(lake.stop, topics.stop);
  const range = ["--from", "2026-01-02T03", "--to", "2026-01-02T04"];
  const result = await callCommand("replay", replay, [...range, ...args], {
    PUBSUB_EMULATOR_HOST: topics.host,
    BIGQUERY_EMULATOR_HOST: lake.url,
    STORAGE_EMULATOR_HOST: lake.url,
    GOOGLE_CLOUD_PROJECT: "p",
    HOURTALLY_LAKE_BUCKET: "lake",
    TOPIC_PREFIX: "acme-",
  });
  return { ...result, published: topics.published };
}

const counts = { topic: "tweets", objects: 2, messages: 3, bytes: 21, damaged: [] };
const after = "archive/tweets/2026-01-02/03_55_00Z_b.avro";

describe("npm run replay", () => {
  test("publishes what came from the first moment on and before the last, as it came", async () => {
    const { code, stdout, stderr, published } = await replayHour();
    expect([code, stdout]).toEqual([0, ""]);
    expect(stderr).toMatch(/^3 messages of 2 objects, 21 bytes, published to tweets\.$/m);
    expect(new Set(published.map(({ topic }) => topic))).toEqual(
      new Set(["projects/p/topics/acme-tweets"]),
    );
    const messages = published.flatMap((request) => request.messages);
    expect(messages.toSorted((one, other) => (one.data < other.data ? -1 : 1))).toEqual([
      { data: "first", attributes: { schema: "raw", source: "first" } },
      { data: "last", attributes: { schema: "raw", source: "last" } },
      { data: "out of order", attributes: { schema: "raw", source: "out of order" } },
    ]);
  });

  test("of what it has sent tells a script one line of JSON", async () => {
    const { stdout } = await replayHour("--json");
    expect(stdout).toBe(`${JSON.stringify({ ...counts, after })}\n`);
  });

  test("in a dry run counts the same, and publishes nothing", async () => {
    const { code, stdout, stderr, published } = await replayHour("--dry-run", "--json");
    expect([code, published]).toEqual([0, []]);
    expect(stdout).toBe(`${JSON.stringify({ ...counts, after })}\n`);
    expect(stderr).toMatch(/^3 messages of 2 objects, 21 bytes, would be published to tweets\.$/m);
  });

  test("goes on behind the object that was the last", async () => {
    const first = "archive/tweets/2026-01-02/02_55_00Z_a.avro";
    const { stdout, published } = await replayHour("--after", first, "--json");
    expect(JSON.parse(stdout)).toMatchObject({ objects: 1, messages: 2, after });
    expect(published.flatMap(({ messages }) => messages).length).toBe(2);
    const { code, stderr } = await replayHour("--after", after);
    expect([code, stderr]).toEqual([2, expect.stringContaining("no archived input of tweets")]);
  });
});
