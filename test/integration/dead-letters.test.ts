import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { startTestCloud, type TestCloud } from "../support/test-cloud.ts";

describe("messages that no function of a tenant takes", () => {
  let cloud: TestCloud;
  const refusing = createServer((request, response) => {
    request.resume();
    response.writeHead(500).end();
  });

  beforeAll(async () => {
    cloud = await startTestCloud({ prefix: "acme-" });
    await new Promise<void>((resolve) => refusing.listen(0, "127.0.0.1", resolve));
  }, 60_000);
  afterAll(async () => {
    refusing.close();
    await cloud.stop();
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
    const parts = async () => (await recorded()).length;
    await expect.poll(parts, { timeout: 30_000, interval: 200 }).toBe(4);

    const about = {
      stage: "count-clicks",
      source_topic: "acme-clicks",
      source: "test",
      attempts: "5",
      first_seen: expect.closeTo(publishedAt, -4.5),
    };
    const rows = await recorded();
    expect(rows).toMatchObject([
      { ...about, items: 3, part: 1, parts: 1 },
      ...[1, 2, 3].map((part) => ({ ...about, part, parts: 3 })),
    ]);
    const [small, ...others] = z.array(part).parse(rows);
    expect(small?.original.toString()).toBe("a\nb\nc");
    expect(Buffer.concat(others.map(({ original }) => original)).equals(large)).toBe(true);
  }, 60_000);

  test("leave nothing on a topic", async () => {
    await expect.poll(() => cloud.backlog()?.messages, { timeout: 10_000 }).toBe(0);
  }, 20_000);
});
