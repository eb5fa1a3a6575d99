import { beforeAll, describe, expect, test, vi } from "vitest";
import type { createHandler } from "../../functions/normalize-tweets/handler.ts";
import { createRandom } from "../support/create-random.ts";
import { calm } from "./draw-storm.ts";
import type { Twists } from "./functions-under-test.ts";
import { generateInput, type Input, type InputMessage } from "./generate-input.ts";
import { type Run, runSeed } from "./run-seed.ts";

/** One tweet in ten, of the digits in which the invented ids end. */
const isRefused = (id: string): boolean => id.endsWith("5");
const fixedAfterMs = 24 * 3_600_000;
const normalizeItem = "../../shared/posts/normalize-item.ts";

let oldRelease: typeof createHandler;

/** The real function, but for a schema that does not know some of the ids. */
beforeAll(async () => {
  vi.doMock(normalizeItem, async (load) => {
    const actual = await load<typeof import("../../shared/posts/normalize-item.ts")>();
    const normalize: typeof actual.normalizeItem = (item, ...context) =>
      item.outcome === "post" && isRefused(item.post.id)
        ? { failure: { reason: "invalid-field", issues: [{ path: "id", message: "unknown" }] } }
        : actual.normalizeItem(item, ...context);
    return { ...actual, normalizeItem: normalize };
  });
  vi.resetModules();
  oldRelease = (await import("../../functions/normalize-tweets/handler.ts")).createHandler;
  vi.doUnmock(normalizeItem);
  vi.resetModules();
});

/** The release with the fault until some time, in ms since 1970, and the one under test since. */
const releasedAt = (fixMs: number): Twists => ({
  normalizeTweets:
    (create, { now }) =>
    (dependencies) => {
      const old = oldRelease(dependencies);
      const fixed = create(dependencies);
      return (event) => (now() < fixMs ? old(event) : fixed(event));
    },
});

/** The input, with what the old release must make of it. */
function expectRefusals(input: Input): Input {
  const messages = input.messages.map((message): InputMessage => {
    // Other normalizers have no such release.
    if (message.topic === "bluesky-events" || message.topic === "mastodon-statuses") return message;
    const lines = message.data.toString().split("\n");
    const items = new Map<string, number>();
    for (const { position, outcome } of message.receipts) {
      const record = /^records\[\d+\]/.exec(position)?.[0] ?? "";
      if (!outcome.startsWith("post ") || !isRefused(outcome)) continue;
      items.set(record, (items.get(record) ?? 0) + 1);
    }
    const failures = [...items].map(([position, count]) => {
      const line = lines[Number(position.slice("records[".length, -1))] ?? "";
      const original = Buffer.from(line).toString("base64");
      return { position, reason: "invalid-field" as const, items: count, heals: true, original };
    });
    return { ...message, failures: [...message.failures, ...failures] };
  });
  return { ...input, messages };
}

const storms = [
  ["in the calm", calm],
  ["in a storm", { ...calm, duplicates: 0.3, failures: 0.1, lateFailures: 0.1, crashes: 0.02 }],
] as const;

describe.each(storms)("%s, one tweet in ten is refused", (_, storm) => {
  const input = expectRefusals(generateInput(createRandom(7), 2_000, storm));
  const refusedRecords = input.messages.flatMap(({ failures }) => failures).length;
  const refused = input.counted.filter(({ id }) => id.startsWith("x:") && isRefused(id));
  const lostMentions = refused
    .filter(({ id }) => !input.deleted.has(id))
    .reduce((mentions, { best }) => mentions + (best?.pages.size ?? 0), 0);
  const run = (fixMs: number): Promise<Run> =>
    runSeed({ seed: 1, events: 2_000, storm, input, twists: releasedAt(fixMs) });

  test("each is kept with its bytes and its reason, and all others are exact", async () => {
    expect(refusedRecords).toBeGreaterThan(30);
    const { verdict } = await run(Number.POSITIVE_INFINITY);
    expect(lostMentions).toBeGreaterThan(10);
    expect(verdict).toMatchObject({
      lost: lostMentions,
      duplicated: 0,
      unexpected: 0,
      differing: 0,
    });
    expect(verdict).toMatchObject({ wrongReceipts: 0, missingFailures: 0, wrongFailures: 0 });
  });

  test("sent again after the fix, all are exact; sent again once more, nothing changes", async () => {
    const { verdict, problems, rows, sightings } = await run(input.startMs + fixedAfterMs);
    expect(problems).toEqual([]);
    expect(verdict).toMatchObject({ lost: 0, duplicated: 0, unexpected: 0, unstable: 0 });
    const failed = new Set(rows("failed_events").map(({ id }) => id));
    const redriven = sightings.get("a failed event was sent again");
    expect(failed.size).toBeGreaterThanOrEqual(refusedRecords);
    // Each once; in a storm, some once more, because their marks were on their way.
    expect(redriven).toBeGreaterThanOrEqual(refusedRecords);
    if (storm === calm) expect(redriven).toBe(refusedRecords);
  });
});
