import { afterEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { forget } from "../../../../terraform/operate/forget.ts";
import { callCommand } from "../../../support/call-command.ts";
import { acknowledge, startPublishServer } from "../../../support/start-publish-server.ts";
import { answerJson, startRestServer } from "../../../support/start-rest-server.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

const time = "2026-01-02T03:04:05Z";
const remains = { receipts: "3", unlinked: "2", increments: "4", interactions: "5" };
const asked = z.object({
  configuration: z.object({ query: z.object({ query: z.string() }) }).optional(),
  query: z.string().optional(),
});

/** Forgets where BigQuery knows these posts, one a page, and tells what was asked and published. */
async function forgetAmong(posts: readonly string[][], ...args: string[]) {
  const queries: string[] = [];
  const bigquery = await startRestServer((response, { method, url, body }) => {
    if (method === "POST") {
      const { configuration, query } = asked.parse(JSON.parse(body));
      queries.push(configuration?.query.query ?? query ?? "");
    }
    const jobReference = { projectId: "p", jobId: String(queries.length) };
    const job = { jobReference, status: { state: "DONE" }, jobComplete: true };
    const isOfPosts = queries.length === 1;
    const fields = isOfPosts ? ["id", "event_time"] : Object.keys(remains);
    const page = Number(url.searchParams.get("pageToken") ?? "0");
    const row = isOfPosts ? posts[page] : Object.values(remains);
    answerJson(response, {
      ...job,
      schema: { fields: fields.map((name) => ({ name, type: "STRING" })) },
      rows: row === undefined ? [] : [{ f: row.map((v) => ({ v })) }],
      ...(isOfPosts && page + 1 < posts.length && { pageToken: String(page + 1) }),
    });
  });
  const topics = await startPublishServer(acknowledge);
  stops.push(bigquery.stop, topics.stop);
  const result = await callCommand("forget", forget, args, {
    PUBSUB_EMULATOR_HOST: topics.host,
    BIGQUERY_EMULATOR_HOST: bigquery.url,
    STORAGE_EMULATOR_HOST: bigquery.url,
    GOOGLE_CLOUD_PROJECT: "p",
    TOPIC_PREFIX: "acme-",
  });
  return { ...result, queries, published: topics.published };
}

const ofAuthor = [
  ["x:1", time],
  ["x:2", time],
  ["mastodon:https://a.example/3", time],
];

describe("npm run forget", () => {
  test("buries every post of an author, those of the last page, too", async () => {
    const { code, stdout, stderr, queries, published } = await forgetAmong(
      ofAuthor,
      "--author",
      "12",
      "--json",
    );
    expect([code, stderr.split("\n")[0]]).toEqual([
      0,
      expect.stringContaining("dataset hourtally, topic acme-append-tombstones."),
    ]);
    expect(published).toEqual([
      {
        topic: "projects/p/topics/acme-append-tombstones",
        messages: [
          {
            data: [
              `{"id":"x:1","source":"x","event_time":"${time}"}`,
              `{"id":"x:2","source":"x","event_time":"${time}"}`,
              `{"id":"mastodon:https://a.example/3","source":"mastodon","event_time":"${time}"}`,
            ].join("\n"),
            attributes: { schema: "tombstone.v1" },
          },
        ],
      },
    ]);
    expect(stdout).toBe('{"posts":3,"receipts":3,"unlinked":2,"increments":4,"interactions":5}\n');
    expect(queries[0]).toContain("WHERE author = @name");
    expect(queries[1]).toContain("id = @post OR author = @author");
    expect(queries[1]).toContain("event.id = @post OR event.author = @author");
    expect(stderr).toContain("3 posts of author x:12 will be out of all views and counts");
  });

  test("in a dry run tells the same number, and publishes nothing", async () => {
    const run = await forgetAmong(ofAuthor, "--author", "12", "--dry-run", "--json");
    expect(run).toMatchObject({ code: 0, published: [] });
    expect(run.stdout).toBe(
      '{"posts":3,"receipts":3,"unlinked":2,"increments":4,"interactions":5}\n',
    );
    expect(run.stderr).toContain("3 posts of author x:12 would be out of all views and counts");
    expect(run.stderr).not.toContain("will be out");
  });

  test("keeps away a post that nobody knows yet", async () => {
    const { code, stdout, queries, published } = await forgetAmong([], "--post", "7");
    expect(queries[0]).toContain("WHERE id = @name");
    expect([code, stdout]).toEqual([0, ""]);
    expect(published.flatMap(({ messages }) => messages)).toEqual([
      { data: '{"id":"x:7","source":"x"}', attributes: { schema: "tombstone.v1" } },
    ]);
  });
});
