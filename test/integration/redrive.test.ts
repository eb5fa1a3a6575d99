import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { redrive } from "../../terraform/operate/redrive.ts";
import { generateTweets } from "../producer/generate-tweets.ts";
import { publishEvents } from "../producer/publish-events.ts";
import { callCommand } from "../support/call-command.ts";
import { runCommand } from "../support/run-command.ts";
import { startFaultyRelease } from "../support/start-faulty-release.ts";
import { startTestCloud, type TestCloud } from "../support/test-cloud.ts";

const lines = Array.from(
  generateTweets({ count: 1_000, seed: 11, endingAt: new Date("2026-01-02T03:04:05Z") }),
  ({ json }) => json,
);
/** Every twentieth line; a line that comes twice is poison both times. */
const poison = new Set(lines.filter((_, index) => index % 20 === 0));
const poisoned = lines.filter((line) => poison.has(line)).length;

const counts = z.object({ found: z.number(), redriven: z.number(), refused: z.number() });

describe("a release of a tenant that fails 5 % of all events", () => {
  let cloud: TestCloud;
  let url: string;
  let whole: string[];

  beforeAll(async () => {
    cloud = await startTestCloud({ prefix: "acme-" });
    url = cloud.functions.find(({ name }) => name === "redrive-failures")?.url ?? "";
  });
  afterAll(() => cloud.stop());

  const sendBack = async (...args: string[]) => {
    const options = ["--stage", "normalize-tweets", "--since", "2026-01-01", "--url", url];
    const result = await callCommand("redrive", redrive, [...options, "--json", ...args]);
    expect(result, result.stderr).toMatchObject({ code: 0 });
    return counts.parse(JSON.parse(result.stdout));
  };
  const count = async (sql: string) => {
    const [row] = z.array(z.object({ n: z.coerce.number() })).parse(await cloud.query(sql));
    return row?.n;
  };
  const open = () => count("SELECT COUNT(*) AS n FROM acme_hourtally.failed_events_open");
  const settled = () => expect.poll(() => cloud.backlog()?.messages, { interval: 100 }).toBe(0);

  test("fails just those, each with its bytes and reason", async () => {
    const subscription = cloud.topic("tweets").subscription("acme-tweets.normalize-tweets");
    const normalizer = cloud.functions.find(({ name }) => name === "normalize-tweets");
    const faulty = await startFaultyRelease(cloud.topic("failed-events"), {
      subscription,
      url: normalizer?.url ?? "",
      isPoison: (line) => poison.has(line),
    });
    const events = lines.map((line) => Buffer.from(line));
    await publishEvents({ topic: cloud.topic("tweets"), events, pack: 40 });
    await expect.poll(open, { interval: 200 }).toBe(poisoned);
    await settled();
    await faulty.rollBack();

    const failed = await cloud.query(
      "SELECT original, reason, source_topic FROM acme_hourtally.failed_events_open",
    );
    const row = z.object({
      original: z.instanceof(Buffer),
      reason: z.literal("unknown-shape"),
      source_topic: z.literal("acme-tweets"),
    });
    const originals = z
      .array(row)
      .parse(failed)
      .map(({ original }) => original.toString());
    expect(originals.toSorted()).toEqual(lines.filter((line) => poison.has(line)).toSorted());
    const receipts =
      "SELECT COUNT(DISTINCT CONCAT(message_id, position)) AS n FROM acme_hourtally.posts";
    expect(await count(receipts)).toBe(lines.length - poisoned);
  });

  test("is told by a dry run, which sends nothing", async () => {
    expect(await sendBack("--dry-run")).toEqual({ found: poisoned, redriven: 0, refused: 0 });
    expect(await sendBack("--dry-run", "--reason", "malformed-json")).toMatchObject({ found: 0 });
    expect(await sendBack("--dry-run", "--reason", "unknown-shape")).toMatchObject({
      found: poisoned,
    });
    expect(await open()).toBe(poisoned);
  });

  test("is made good by a redrive, killed half-way and started again", async () => {
    const options = ["--stage", "normalize-tweets", "--since", "2026-01-01", "--url", url];
    const marks = () => count("SELECT COUNT(*) AS n FROM acme_hourtally.redrives");
    const killed = await runCommand("redrive", [...options, "--page", "1"], {
      killWhen: async () => ((await marks()) ?? 0) > 5,
    });
    expect(killed.code).toBeNull();
    await settled();
    const left = (await open()) ?? 0;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(poisoned - 5);
    // This time the function is killed, too: its page is asked for again.
    const before = (await marks()) ?? 0;
    const redriven = sendBack("--page", "7");
    await expect.poll(marks, { interval: 20 }).toBeGreaterThan(before);
    const pid = cloud.functions.find(({ name }) => name === "redrive-failures")?.pid();
    if (pid !== undefined) process.kill(pid, "SIGKILL");
    const told = await redriven;
    expect(told).toEqual({ found: told.found, redriven: told.found, refused: 0 });
    // The answer for the page that was under way is lost: what of it is marked is not found again.
    expect(told.found).toBeGreaterThanOrEqual(left - 7);
    expect(told.found).toBeLessThanOrEqual(left + 7);
    await settled();
    await expect.poll(open, { interval: 100 }).toBe(0);

    whole = await cloud.urlHours();
    // Counted twice, every line would show: all of them come again.
    await cloud.count(lines, 500);
    expect(await cloud.urlHours()).toEqual(whole);
    expect(whole.length).toBeGreaterThan(100);
  });

  test("is sent back once: a second redrive finds nothing", async () => {
    expect(await sendBack()).toEqual({ found: 0, redriven: 0, refused: 0 });
    expect(await cloud.urlHours()).toEqual(whole);
    expect(await count("SELECT COUNT(*) AS n FROM acme_hourtally.failed_events")).toBe(poisoned);
  });

  test("fails again where nothing was mended: a new failed event, open again", async () => {
    const topic = cloud.topic("tweets");
    await topic.publishMessage({ data: Buffer.from("not JSON"), attributes: { source: "test" } });
    await expect.poll(open, { interval: 200 }).toBe(1);
    expect(await sendBack()).toEqual({ found: 1, redriven: 1, refused: 0 });
    const all =
      "SELECT COUNT(*) AS n FROM acme_hourtally.failed_events WHERE reason = 'malformed-json'";
    await expect.poll(() => count(all), { interval: 200 }).toBe(2);
    await expect.poll(open, { interval: 200 }).toBe(1);
    const again = await cloud.query(`SELECT original, source_topic,
        (SELECT value FROM UNNEST(attributes) WHERE name = 'source') AS source
      FROM acme_hourtally.failed_events_open`);
    expect(again).toEqual([
      { original: Buffer.from("not JSON"), source_topic: "acme-tweets", source: "test" },
    ]);
  });

  test("whose topic is gone is counted as refused, and its neighbours go on", async () => {
    const failed = (id: string, topic: string, original: string) => ({
      id,
      stage: "bucket-hours",
      function_version: "v1",
      reason: "invalid-field",
      issues: [],
      items: 1,
      source_topic: topic,
      message_id: id,
      position: "records[0]",
      attributes: [],
      original: Buffer.from(original).toString("base64"),
      part: 1,
      parts: 1,
      first_seen: "2026-01-05T00:00:00Z",
    });
    const rows = [
      failed("gone", "acme-no-such-topic", "a"),
      failed("empty", "acme-url-mentions", ""),
      failed("good", "acme-url-mentions", "{}"),
      { ...failed("partial", "acme-url-mentions", "{}"), parts: 2 },
    ];
    const data = Buffer.from(rows.map((row) => JSON.stringify(row)).join("\n"));
    await cloud.topic("failed-events").publishMessage({ data });
    const ofStage =
      "SELECT COUNT(*) AS n FROM acme_hourtally.failed_events WHERE stage = 'bucket-hours'";
    await expect.poll(() => count(ofStage), { interval: 200 }).toBe(4);
    const options = ["--stage", "bucket-hours", "--since", "2026-01-05", "--url", url];
    const result = await callCommand("redrive", redrive, [...options, "--json"]);
    expect(counts.parse(JSON.parse(result.stdout))).toEqual({ found: 3, redriven: 1, refused: 2 });
  });

  describe("messages that no function takes", () => {
    const refusing = createServer((request, response) => {
      request.resume();
      response.writeHead(500).end();
    });
    beforeAll(async () => {
      await new Promise<void>((resolve) => refusing.listen(0, "127.0.0.1", resolve));
    });
    afterAll(() => {
      refusing.close();
    });

    const part = z.object({ original: z.instanceof(Buffer) });
    const recorded = () =>
      cloud.query(`SELECT stage, source_topic, items, parts, part, original,
        (SELECT value FROM UNNEST(attributes) WHERE name = 'source') AS source,
        (SELECT value FROM UNNEST(attributes)
          WHERE name = 'CloudPubSubDeadLetterSourceDeliveryCount') AS attempts,
        UNIX_MILLIS(first_seen) AS first_seen
      FROM acme_hourtally.failed_events WHERE reason = 'retries-exhausted' ORDER BY parts, part`);

    test("are failed events after their last attempt, with all their bytes", async () => {
      const port = z.object({ port: z.number() }).parse(refusing.address()).port;
      await cloud.pubSub.createTopic("acme-clicks");
      await cloud.topic("clicks").createSubscription("acme-clicks.count-clicks", {
        pushEndpoint: `http://127.0.0.1:${port}/projects/${cloud.projectId}/topics/acme-clicks`,
        ackDeadlineSeconds: 10,
        retryPolicy: { minimumBackoff: { nanos: 1_000_000 }, maximumBackoff: { nanos: 5_000_000 } },
        deadLetterPolicy: {
          deadLetterTopic: `projects/${cloud.projectId}/topics/acme-dead-letters`,
          maxDeliveryAttempts: 5,
        },
      });
      const publishedAt = Date.now();
      const attributes = { source: "test" };
      const large = Buffer.alloc(9_000_000, "0123456789\n");
      await cloud.topic("clicks").publishMessage({ data: Buffer.from("a\nb\nc"), attributes });
      await cloud.topic("clicks").publishMessage({ data: large, attributes });
      const ofReason = "FROM acme_hourtally.failed_events WHERE reason = 'retries-exhausted'";
      const parts = () => count(`SELECT COUNT(*) AS n ${ofReason}`);
      await expect.poll(parts, { interval: 200 }).toBe(4);

      const about = {
        stage: "count-clicks",
        source_topic: "acme-clicks",
        source: "test",
        attempts: "5",
        first_seen: expect.toSatisfy((at) => publishedAt <= at && at <= Date.now()),
      };
      const rows = await recorded();
      expect(rows).toMatchObject([
        { ...about, items: 3, part: 1, parts: 1 },
        ...[1, 2, 3].map((part) => ({ ...about, part, parts: 3 })),
      ]);
      const [small, ...others] = z.array(part).parse(rows);
      expect(small?.original.toString()).toBe("a\nb\nc");
      expect(Buffer.concat(others.map(({ original }) => original)).equals(large)).toBe(true);
    });

    test("leave nothing on a topic", async () => {
      await expect.poll(() => cloud.backlog()?.messages).toBe(0);
    });
  });
});
