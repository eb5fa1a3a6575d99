import { describe, expect, test } from "vitest";
import type { AppendToTable } from "../../../../functions/append-rows/append-to-table.ts";
import { createCoalescedAppender } from "../../../../functions/append-rows/coalesce-rows.ts";
import { createHandler } from "../../../../functions/append-rows/handler.ts";
import { messagePublished } from "../../../support/deliveries.ts";

/** A table that keeps what is appended and refuses rows by their id. */
function createWarehouse(refuses: (id: unknown) => boolean = () => false, message = "no") {
  const appends: { table: string; rows: unknown[] }[] = [];
  const append: AppendToTable = async (table, rows) => {
    const isKept = table.name === "failed_events";
    const refused = rows.flatMap((row, index) =>
      !isKept && refuses(row.id) ? [{ index, message }] : [],
    );
    if (refused.length === 0 && rows.length > 0)
      appends.push({ table: table.name, rows: [...rows] });
    return refused;
  };
  return { appends, append };
}

describe("the handler", () => {
  const receipt = {
    outcome: "delete",
    source: "x",
    id: "x:1",
    links: [],
    message_id: "m",
    position: "records[0]",
    received_at: "2026-01-02T03:04:05.678Z",
  };
  const config = { functionVersion: "v1", topicPrefix: "" };
  const handle = async (append: AppendToTable, payload: string, topic = "append-posts") => {
    const logged: unknown[] = [];
    const info = (...line: unknown[]) => logged.push(line);
    const dependencies = { append: createCoalescedAppender(append), log: { info }, config };
    await createHandler(dependencies)(messagePublished(payload, topic));
    return logged;
  };

  test("appends good rows and keeps bad ones with their bytes", async () => {
    const { appends, append } = createWarehouse((id) => id === "x:3");
    const lines = [
      JSON.stringify(receipt),
      JSON.stringify({ ...receipt, outcome: "unheard of" }),
      JSON.stringify({ ...receipt, id: "x:3" }),
      "{",
    ];
    const logged = await handle(append, lines.join("\n"));
    expect(appends.map(({ table, rows }) => [table, rows.length])).toEqual([
      ["posts", 1],
      ["failed_events", 3],
    ]);
    expect(appends[1]?.rows).toMatchObject([
      { reason: "invalid-row", position: "records[1]", issues: [{ path: "records[1].outcome" }] },
      {
        reason: "malformed-json",
        position: "records[3]",
        issues: [{ path: "records[3]", message: expect.stringMatching(/./) }],
      },
      { reason: "row-refused", position: "records[2]", source_topic: "append-posts" },
    ]);
    const counts = { table: "posts", rows: 2, failed: 3 };
    expect(logged).toEqual([[counts, "appended"]]);
  });

  test("keeps of a refused row where, when and why it failed, and its bytes", async () => {
    const { appends, append } = createWarehouse((id) => id === "x:1", "no".repeat(600));
    const line = JSON.stringify(receipt);
    await handle(append, line);
    expect(appends).toEqual([
      {
        table: "failed_events",
        rows: [
          {
            id: "append-rows:m1/records[0]",
            stage: "append-rows",
            function_version: "v1",
            reason: "row-refused",
            issues: [{ path: "records[0]", message: "no".repeat(512) }],
            items: 1,
            source_topic: "append-posts",
            message_id: "m1",
            position: "records[0]",
            attributes: [{ name: "source", value: "test" }],
            original: Buffer.from(line).toString("base64"),
            part: 1,
            parts: 1,
            first_seen: "2026-01-02T03:04:05.678Z",
          },
        ],
      },
    ]);
  });

  test("appends rows of which nothing follows as they came", async () => {
    const { appends, append } = createWarehouse();
    const row = { id: "x:1", source: "x", event_time: "2026-01-02T03:00:00Z" };
    await handle(append, JSON.stringify(row), "append-tombstones");
    expect(appends).toEqual([{ table: "tombstones", rows: [row] }]);
  });

  test("takes the topics of its own tenant alone", async () => {
    const { appends, append } = createWarehouse();
    const handleAcme = createHandler({
      append: createCoalescedAppender(append),
      log: { info: () => undefined },
      config: { functionVersion: "v1", topicPrefix: "acme-" },
    });
    await handleAcme(messagePublished(JSON.stringify(receipt), "acme-append-posts"));
    expect(appends.map(({ table }) => table)).toEqual(["posts"]);
    await expect(handleAcme(messagePublished("{}", "append-posts"))).rejects.toThrow(
      "'append-posts' feeds no table: check the subscription",
    );
  });

  test("gives a post its words, and a post without a text none", async () => {
    const { appends, append } = createWarehouse();
    const said = { ...receipt, outcome: "post", text: "Café 東京, CAFÉ &amp; tea" };
    await handle(append, [said, receipt].map((row) => JSON.stringify(row)).join("\n"));
    expect(appends[0]?.rows).toMatchObject([
      { text: "Café 東京, CAFÉ &amp; tea", words: ["café", "東京", "tea"] },
      { outcome: "delete", words: [] },
    ]);
  });

  test("counts the words of posts into the bytes of an append, which are as many as their texts", async () => {
    const { appends, append } = createWarehouse();
    const text = Array.from({ length: 10_000 }, (_, n) => `word${n}`).join(" ");
    const lines = Array.from({ length: 50 }, () =>
      JSON.stringify({ ...receipt, outcome: "post", text }),
    );
    await handle(append, lines.join("\n"));
    expect(appends.map(({ rows }) => rows.length)).toEqual([40, 10]);
  });

  test("fails, and so is delivered again, when rows are not safe", async () => {
    const broken: AppendToTable = async () => {
      throw new Error("unavailable");
    };
    await expect(handle(broken, JSON.stringify(receipt))).rejects.toThrow("rows are not safe");
  });

  test("fails when a failed event cannot be kept", async () => {
    const { append } = createWarehouse();
    const noFailedEvents: AppendToTable = async (table, rows) => {
      if (table.name === "failed_events") throw new Error("unavailable");
      return append(table, rows);
    };
    await expect(handle(noFailedEvents, "{")).rejects.toThrow("rows are not safe");
  });

  test("fails when a failed event is refused, which nobody would keep", async () => {
    const { append } = createWarehouse();
    const refusing: AppendToTable = async (table, rows) =>
      table.name === "failed_events" ? [{ index: 0, message: "no" }] : append(table, rows);
    await expect(handle(refusing, "{")).rejects.toThrow("BigQuery refuses failed events");
  });

  test("fails on a topic that feeds no table", async () => {
    const { append } = createWarehouse();
    await expect(handle(append, "{}", "elsewhere")).rejects.toThrow("'elsewhere' feeds no table");
  });
});
