import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { forget } from "../../terraform/operate/forget.ts";
import { querySummary } from "../demo/query-summary.ts";
import { callCommand } from "../support/call-command.ts";
import { startTestCloud, type TestCloud } from "../support/test-cloud.ts";

const tweet = (id: string, author: string, url: string) =>
  JSON.stringify({
    id_str: id,
    created_at: "Thu Jan 01 10:15:00 +0000 2026",
    text: "a link",
    user: { id_str: author },
    entities: { urls: [{ url: "https://t.co/x", expanded_url: url, indices: [0, 5] }] },
  });
const replying = (json: string, to: string) =>
  `${json.slice(0, -1)},"in_reply_to_status_id_str":"2000","in_reply_to_user_id_str":"${to}"}`;
const deletion = (id: string, author: string) =>
  JSON.stringify({
    delete: {
      status: { id_str: id, user_id_str: author },
      timestamp_ms: String(Date.parse("2026-01-01T11:00:00Z")),
    },
  });

describe("deleted tweets", () => {
  let cloud: TestCloud;

  beforeAll(async () => {
    cloud = await startTestCloud();
  });
  afterAll(() => cloud.stop());

  const counted = z.array(z.object({ url_key: z.string(), mentions: z.number() }));
  const mentions = async () => {
    const rows = counted.parse((await cloud.urlHours()).map((row): unknown => JSON.parse(row)));
    return Object.fromEntries(rows.map(({ url_key, mentions: n }) => [url_key, n]));
  };
  const latest = async () => {
    const rows = await cloud.query("SELECT id FROM hourtally.posts_latest ORDER BY id");
    return z
      .array(z.object({ id: z.string() }))
      .parse(rows)
      .map(({ id }) => id);
  };

  test("are in no view, whether the notice comes after the tweet or before it", async () => {
    await cloud.count(
      [
        tweet("1001", "7", "https://example.com/a"),
        tweet("1002", "8", "https://example.com/a"),
        tweet("1003", "9", "https://example.com/b"),
      ],
      1,
    );
    expect(await mentions()).toEqual({ "example.com/a": 2, "example.com/b": 1 });
    await cloud.count([deletion("1001", "7"), deletion("1003", "9"), deletion("1004", "7")], 1);
    expect(await mentions()).toEqual({ "example.com/a": 1 });
    await cloud.count([tweet("1004", "7", "https://example.com/c")], 1);
    expect(await mentions()).toEqual({ "example.com/a": 1 });
    expect(await latest()).toEqual(["x:1002"]);
  });

  test("account for their links in the summary, which closes", async () => {
    const {
      links,
      mentions: n,
      ignored,
      deletes,
    } = await querySummary(cloud.bigQuery, cloud.dataset);
    expect({ links, n, ignored, deletes }).toEqual({
      links: 4,
      n: 1,
      ignored: { deleted: 3 },
      deletes: 3,
    });
  });

  test("stay away when they come again", async () => {
    await cloud.count(
      [tweet("1001", "7", "https://example.com/a"), tweet("1003", "9", "https://example.com/b")],
      2,
    );
    expect(await mentions()).toEqual({ "example.com/a": 1 });
    expect(await latest()).toEqual(["x:1002"]);
  });

  test("are gone at a person's request, too: one tweet, or all of an author", async () => {
    await cloud.count(
      [
        tweet("2001", "21", "https://example.com/d1"),
        replying(tweet("2002", "21", "https://example.com/d2"), "23"),
        tweet("2003", "22", "https://example.com/d1"),
      ],
      3,
    );
    const environment = { GOOGLE_CLOUD_PROJECT: cloud.projectId };
    const forgetAll = async (...args: string[]) => {
      const result = await callCommand("forget", forget, [...args, "--json"], environment);
      expect(result, result.stderr).toMatchObject({ code: 0 });
      const told: unknown = JSON.parse(result.stdout);
      return { ...result, told };
    };
    const all = { posts: 2, receipts: 2, unlinked: 0, increments: 2, interactions: 1 };
    // Reactions take one hop more than the links that were waited for.
    await expect
      .poll(async () => (await forgetAll("--author", "21", "--dry-run")).told)
      .toEqual(all);
    expect(await mentions()).toMatchObject({ "example.com/d1": 2, "example.com/d2": 1 });

    const { told, stderr } = await forgetAll("--author", "21");
    expect(told).toEqual(all);
    expect(stderr).toContain("2 receipts: id, author, time, links, text if it is kept. For good.");
    expect(stderr).toContain("7 days (time travel)");
    await expect
      .poll(mentions, { interval: 200 })
      .toEqual({ "example.com/a": 1, "example.com/d1": 1 });

    await forgetAll("--post", "2003");
    await expect.poll(mentions, { interval: 200 }).toEqual({ "example.com/a": 1 });
    expect(await latest()).toEqual(["x:1002"]);
    expect((await forgetAll("--author", "21")).told).toMatchObject({ posts: 0 });

    // The statements that are told erase what remains, just as they stand.
    const statements = stderr.match(/^ {2}(?:DELETE|UPDATE) [^;]+;/gm) ?? [];
    expect(statements).toHaveLength(5);
    for (const statement of statements) await cloud.query(statement);
    expect((await forgetAll("--author", "21")).told).toMatchObject({
      receipts: 0,
      increments: 0,
      interactions: 0,
    });
    expect((await forgetAll("--author", "22")).told).toMatchObject({ receipts: 1, increments: 1 });
  });
});
