import { describe, expect, test } from "vitest";
import { createHandler } from "../../../../functions/normalize-urls/handler.ts";
import { messagePublished } from "../../../support/deliveries.ts";

const now = Date.parse("2026-01-02T04:00:00Z");
const share = {
  id: "x:1",
  event_time: "2026-01-02T03:04:05.678Z",
  kind: "post",
  source: "x",
  revision: "00000000.01.000.000000",
  links: [{ url: "https://example.com/a" }, { url: "ftp://a.org/" }],
};

/** A handler that publishes here; what goes to these topics fails, or waits for its promise. */
function start(failing: Record<string, Promise<void>> = {}) {
  const published: { topic: string; schema: string; lines: string[] }[] = [];
  const logged: unknown[] = [];
  const handle = createHandler({
    publish: async (topic, schema, lines) => {
      published.push({ topic, schema, lines: [...lines] });
      await failing[topic];
    },
    now: () => now,
    log: { info: (counts, message) => logged.push([counts, message]) },
    config: { functionVersion: "v1" },
  });
  return {
    published,
    logged,
    handle: (...lines: unknown[]) =>
      handle(
        messagePublished(
          lines.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join("\n"),
          "link-shares",
        ),
      ),
    idsOn: (wanted: string) =>
      published
        .filter(({ topic }) => topic === wanted)
        .flatMap(({ lines }) => lines.map((line): unknown => JSON.parse(line).id)),
  };
}

describe("a message of link shares", () => {
  test("is mentions, links that are not counted and failed events, without remainder", async () => {
    const { handle, published, logged } = start();
    await handle(share, "{", { ...share, id: "x:2", links: [] });
    expect(published.map(({ topic, schema, lines }) => [topic, schema, lines.length])).toEqual([
      ["append-unlinked", "unlinked.v1", 1],
      ["failed-events", "failed-event.v1", 1],
      ["url-mentions", "url-mentions.v1", 2],
    ]);
    const [unlinked, failed, mentions] = published.map(({ lines }) =>
      lines.map((line): unknown => JSON.parse(line)),
    );
    expect(unlinked).toMatchObject([{ id: "x:1", url: "ftp://a.org/", outcome: "not-http" }]);
    expect(failed).toMatchObject([
      {
        stage: "normalize-urls",
        function_version: "v1",
        reason: "malformed-json",
        source_topic: "link-shares",
        position: "records[1]",
        original: "ew==",
      },
    ]);
    expect(mentions).toMatchObject([{ id: "x:1", url_key: "example.com/a" }, { id: "x:2" }]);
    const counts = { shares: 2, mentions: 2, unlinked: 1, failed: 1 };
    expect(logged).toEqual([[counts, "judged"]]);
  });

  test("mentions pages last, when the rest of its reading is safe", async () => {
    const rest = Promise.withResolvers<void>();
    const { handle, published } = start({ "append-unlinked": rest.promise });
    const handled = handle(share);
    await new Promise((resolve) => setImmediate(resolve));
    expect(published.map(({ topic }) => topic)).not.toContain("url-mentions");
    rest.resolve();
    await handled;
    expect(published.map(({ topic }) => topic)).toContain("url-mentions");
  });

  test.each(["append-unlinked", "failed-events", "url-mentions"])(
    "fails, and so is delivered again, when %s is not safe",
    async (topic) => {
      const failed = Promise.reject(new Error("no answer"));
      failed.catch(() => undefined);
      const { handle, logged } = start({ [topic]: failed });
      await expect(handle(share)).rejects.toThrow("no answer");
      expect(logged).toEqual([]);
    },
  );
});

describe("a share", () => {
  test.each([
    ["2006-03-21T00:00:00.000Z", true],
    ["2006-03-20T23:59:59.999Z", false],
    ["2026-01-02T05:00:00.000Z", true],
    ["2026-01-02T05:00:00.001Z", false],
  ])("of %s may be counted: %s", async (event_time, isPossible) => {
    const { handle, idsOn, published } = start();
    await handle({ ...share, event_time });
    expect(idsOn("url-mentions")).toEqual(isPossible ? ["x:1"] : []);
    if (isPossible) return;
    const lines = published.find(({ topic }) => topic === "failed-events")?.lines ?? [];
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      {
        reason: "impossible-time",
        issues: [
          {
            path: "records[0].event_time",
            message: "before 2006-03-21, or more than an hour in the future",
          },
        ],
      },
    ]);
  });

  test("of a shape that is not in the contract fails with the field", async () => {
    const { handle, published } = start();
    await handle({ ...share, kind: "shout" });
    const lines = published.find(({ topic }) => topic === "failed-events")?.lines ?? [];
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { reason: "invalid-field", issues: [{ path: "records[0].kind" }] },
    ]);
  });
});
