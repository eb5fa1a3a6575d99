import { BigQuery } from "@google-cloud/bigquery";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { LocalBigquery } from "../local-cloud/bigquery/start-bigquery.ts";
import { startWarehouse } from "../local-cloud/start-warehouse.ts";

const projectId = "interaction-views";
let server: LocalBigquery;
let bigquery: BigQuery;

type Row = {
  id: string;
  influencer: string;
  influenced: string;
  kind: "repost" | "quote" | "reply" | "mention";
  at: string;
  followers?: number;
};
const weights = { repost: 4, quote: 3, reply: 2, mention: 1 };
const revision = "00000000.01.300.000000";
const rowSql = ({ id, influencer, influenced, kind, at, followers }: Row) => `(
  TIMESTAMP '2026-07-04 ${at.slice(0, 2)}:00:00', '${influencer}', '${influenced}',
  [STRUCT('${id}' AS id, TIMESTAMP '2026-07-04 ${at}' AS event_time, '${kind}' AS kind,
    ${kind === "repost" || kind === "quote"} AS is_reshare, CAST(NULL AS STRING) AS target,
    CAST(${followers ?? "NULL"} AS INT64) AS influencer_followers, 'x' AS source,
    ${weights[kind]} AS weight, '${revision}' AS revision, CAST(NULL AS STRING) AS alias)],
  TIMESTAMP '2026-07-05')`;
const postSql = (id: string, author: string, at: string) =>
  `('post', 'x', '${id}', TIMESTAMP '2026-07-04 ${at}', '${author}', '${revision}', 'm', '${id}',
    TIMESTAMP '2026-07-05', TIMESTAMP '2026-07-05')`;

beforeAll(async () => {
  server = await startWarehouse({ projectId, dataset: "hourtally" });
  bigquery = new BigQuery({ projectId });
  const rows: Row[] = [
    {
      id: "x:1",
      influencer: "x:a",
      influenced: "x:b",
      kind: "repost",
      at: "10:05:00",
      followers: 999,
    },
    { id: "x:2", influencer: "x:a", influenced: "x:b", kind: "reply", at: "10:45:00" },
    { id: "x:3", influencer: "x:a", influenced: "x:b", kind: "mention", at: "11:10:00" },
    {
      id: "x:4",
      influencer: "x:a",
      influenced: "x:c",
      kind: "quote",
      at: "11:20:00",
      followers: 1000,
    },
    {
      id: "x:5",
      influencer: "x:d",
      influenced: "x:c",
      kind: "repost",
      at: "11:30:00",
      followers: 7,
    },
    { id: "x:6", influencer: "x:e", influenced: "x:c", kind: "reply", at: "11:31:00" },
    { id: "x:7", influencer: "x:d", influenced: "x:f", kind: "repost", at: "11:32:00" },
  ];
  await bigquery.query(`INSERT INTO hourtally.interaction_hour_increments
    (hour, influencer, influenced, events, landed_at) VALUES ${[...rows, ...rows].map(rowSql).join(", ")}`);
  await bigquery.query(`INSERT INTO hourtally.tombstones (id, source, landed_at)
    VALUES ('x:7', 'x', TIMESTAMP '2026-07-05')`);
  await bigquery.query(`INSERT INTO hourtally.posts
    (outcome, source, id, event_time, author, revision, message_id, position, received_at, landed_at)
    VALUES ${postSql("x:0", "x:a", "10:00:00")}, ${postSql("x:1", "x:b", "10:05:00")}`);
  const mention = (id: string, author: string, kind: string) =>
    `STRUCT('${id}' AS id, '${author}' AS author, '${kind}' AS kind, 'x' AS source,
      '01.${revision}' AS revision, CAST(NULL AS STRING) AS alias)`;
  await bigquery.query(`INSERT INTO hourtally.url_hour_increments
    (hour, url_key, url, host, events, landed_at) VALUES (TIMESTAMP '2026-07-04 10:00:00',
      'example.com/a', 'https://example.com/a', 'example.com',
      [${mention("x:0", "x:a", "post")}, ${mention("x:1", "x:b", "repost")}], TIMESTAMP '2026-07-05')`);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.stop();
});

const query = async (sql: string): Promise<unknown[]> => (await bigquery.query(sql))[0];

test("pairs are summed by the hour, with the first and the last time; a delete withdraws", async () => {
  expect(
    await query(`SELECT FORMAT_TIMESTAMP('%H', hour) AS hour, influencer, influenced, interactions,
      reshares, score, FORMAT_TIMESTAMP('%H:%M', first_at) AS first_at,
      FORMAT_TIMESTAMP('%H:%M', last_at) AS last_at
      FROM hourtally.interaction_pairs ORDER BY hour, influencer, influenced`),
  ).toEqual([
    pair("10", "x:a", "x:b", 2, 1, 6, "10:05", "10:45"),
    pair("11", "x:a", "x:b", 1, 0, 1, "11:10", "11:10"),
    pair("11", "x:a", "x:c", 1, 1, 3, "11:20", "11:20"),
    pair("11", "x:d", "x:c", 1, 1, 4, "11:30", "11:30"),
    pair("11", "x:e", "x:c", 1, 0, 2, "11:31", "11:31"),
  ]);
});

const pair = (
  hour: string,
  influencer: string,
  influenced: string,
  interactions: number,
  reshares: number,
  score: number,
  first_at: string,
  last_at: string,
) => ({ hour, influencer, influenced, interactions, reshares, score, first_at, last_at });

test("the graph has an edge for each pair", async () => {
  expect(
    await query(`SELECT source, target, weight, interactions FROM hourtally.reaction_graph
      ORDER BY weight DESC, source`),
  ).toEqual([
    { source: "x:b", target: "x:a", weight: 7, interactions: 3 },
    { source: "x:c", target: "x:d", weight: 4, interactions: 1 },
    { source: "x:c", target: "x:a", weight: 3, interactions: 1 },
    { source: "x:c", target: "x:e", weight: 2, interactions: 1 },
  ]);
});

test("what is older weighs less, at any time that is asked for", async () => {
  const scores = (asOf: string) =>
    query(`SELECT interactions, score, ROUND(half_life_score, 3) AS half_life_score,
      ROUND(days_score, 3) AS days_score
      FROM hourtally.interaction_scores(TIMESTAMP '${asOf}', 1)
      WHERE influencer = 'x:a' AND influenced = 'x:b'`);
  const at = (interactions: number, score: number, half_life_score: number, days_score: number) => [
    { interactions, score, half_life_score, days_score },
  ];
  // A day after the first of them, which weighs 4.
  expect(await scores("2026-07-04 10:05:00")).toEqual(at(1, 4, 4, 4));
  expect(await scores("2026-07-05 10:05:00")).toEqual(at(3, 7, 3.535, 5));
});

test("a user has those who move them, and those whom they move", async () => {
  const names = async (sql: string) => (await query(sql)).map((row) => JSON.stringify(row));
  expect(
    await names(
      "SELECT influencer, score FROM hourtally.influencers_of('x:c') ORDER BY score DESC",
    ),
  ).toEqual([
    '{"influencer":"x:d","score":4}',
    '{"influencer":"x:a","score":3}',
    '{"influencer":"x:e","score":2}',
  ]);
  expect(
    await names("SELECT influenced, score FROM hourtally.influenced_by('x:a') ORDER BY score DESC"),
  ).toEqual(['{"influenced":"x:b","score":7}', '{"influenced":"x:c","score":3}']);
});

test("influencers are ranked among those with as many followers", async () => {
  expect(
    await query(`SELECT influencer, influenced, score, follower_bucket, source_rank, bucket_rank
      FROM hourtally.top_influencers ORDER BY source_rank`),
  ).toEqual([
    ranked("x:a", 2, 10, 1_000, 1, 1),
    ranked("x:d", 1, 4, 0, 2, 1),
    ranked("x:e", 1, 2, null, 3, 1),
  ]);
});

const ranked = (
  influencer: string,
  influenced: number,
  score: number,
  follower_bucket: number | null,
  source_rank: number,
  bucket_rank: number,
) => ({ influencer, influenced, score, follower_bucket, source_rank, bucket_rank });

test("of each host those are ranked who share its pages", async () => {
  expect(await query("SELECT * FROM hourtally.top_influencers_by_host")).toEqual([
    {
      host: "example.com",
      influencer: "x:a",
      shares: 1,
      interactions: 4,
      score: 10,
      host_rank: 1,
    },
  ]);
});

test("a conversation tells who shared a page after whom", async () => {
  expect(
    await query(`SELECT position, author, after_author, reacts_to FROM
      hourtally.conversation_of('example.com/a') ORDER BY position`),
  ).toEqual([
    { position: 1, author: "x:a", after_author: null, reacts_to: null },
    { position: 2, author: "x:b", after_author: "x:a", reacts_to: "x:a" },
  ]);
});
