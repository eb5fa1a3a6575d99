import type { BigQuery } from "@google-cloud/bigquery";
import type { Topic } from "@google-cloud/pubsub";
import * as z from "zod";
import { joinLines, packLines } from "../../shared/codec/pack-lines.ts";
import { type EventId, eventId, eventIdOf } from "../../shared/events/event-id.ts";
import { tombstone } from "../../shared/events/tombstone.v1.ts";
import { askFirst } from "./cli/ask-first.ts";
import { parseArguments } from "./cli/parse-arguments.ts";
import { quoteForSql } from "./cli/quote.ts";
import { runCommand } from "./cli/run-command.ts";
import { UserError } from "./cli/user-error.ts";
import { findTarget, targetHelp } from "./find-target.ts";

const help = `Takes a post, or all posts of an author, out of every view and every count.

  npm run forget -- --post 1146305069987618817
  npm run forget -- --author 12 --dry-run

  --post ID        digits are an id of X; else <source>:<id>, as in the tables
  --author ID      likewise; every post of this author that is known now
  --dry-run        only tells how many posts that are
  --yes            does not ask first; without a terminal nothing is asked
  --project ID     of Google Cloud, whatever runs here; its dataset is BIGQUERY_DATASET or
  --dataset NAME   (default hourtally)
  --json           the result as one line of JSON on standard output

It appends a tombstone for each post, as a delete notice of the platform would. The posts stay away
however often they come again. Those of an author that come for the first time later do not: run it
again then. The output says what remains, where, and for how long.

${targetHelp}
Exit codes: 0 done, 1 a failure, 2 a wrong argument, 130 interrupted.
`;

/** What `npm run forget` does. */
export async function forget(args: string[], listen: () => AbortSignal): Promise<void> {
  const options = parseForgetOptions(args);
  if (options === undefined) {
    process.stdout.write(help);
    return;
  }
  const signal = listen();
  const target = await findTarget(process.env, options);
  const { place, dataset, topicPrefix } = target;
  const topic = `${topicPrefix}append-tombstones`;
  process.stderr.write(`Working in ${place}, dataset ${dataset}, topic ${topic}.\n`);
  const whose = options.post ?? `every post of author ${options.author}`;
  const question = `Take ${whose} out of every view and every count, for good?`;
  if (!options.isSure && !(await askFirst(question, signal))) {
    process.stderr.write("Nothing was done.\n");
    return;
  }
  // Loaded late: they take a second, which a wrong argument need not wait for.
  const { BigQuery } = await import("@google-cloud/bigquery");
  const { PubSub } = await import("@google-cloud/pubsub");
  const bigquery = new BigQuery({ projectId: target.project });
  const { post: id, author, isDryRun } = options;
  const found = findPosts(bigquery, dataset, id === undefined ? { author } : { id });
  const known = id === undefined ? found : orElse(found, { id });
  const pubsub = new PubSub({ projectId: target.project });
  const posts = await bury(known, { topic: pubsub.topic(topic), isDryRun, signal });
  await pubsub.close();
  if (signal.aborted) {
    process.stderr.write("Interrupted: the same command goes on.\n");
    return;
  }
  const remains = await countRemains(bigquery, dataset, options);
  process.stderr.write(describe(options, dataset, { posts, ...remains }));
  if (options.json) process.stdout.write(`${JSON.stringify({ posts, ...remains })}\n`);
}

type ForgetOptions = NonNullable<ReturnType<typeof parseForgetOptions>>;

/**
 * Reads the command line; undefined when help was asked for.
 * @throws {UserError} that says what to write instead.
 */
export function parseForgetOptions(args: string[]) {
  const { values } = parseArguments({
    args,
    options: {
      post: { type: "string" },
      author: { type: "string" },
      project: { type: "string" },
      dataset: { type: "string" },
      "dry-run": { type: "boolean", default: false },
      yes: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  if ((values.post === undefined) === (values.author === undefined)) {
    throw new UserError("name a --post or an --author. Try --help.");
  }
  return {
    post: values.post === undefined ? undefined : readId("--post", values.post),
    author: values.author === undefined ? undefined : readId("--author", values.author),
    project: values.project,
    dataset: values.dataset,
    isDryRun: values["dry-run"],
    isSure: values["dry-run"] || values.yes,
    json: values.json,
  };
}

function readId(option: string, text: string): EventId {
  const id = eventIdOf("x", text) ?? eventId.safeParse(text).data;
  if (id === undefined) throw new UserError(`${option} ${text}: must be digits, or <source>:<id>`);
  return id;
}

const postRow = z.object({ id: eventId, event_time: z.string().optional() });
type KnownPost = z.infer<typeof postRow>;

/**
 * Posts that no tombstone names, a page of BigQuery's at a time, with the time that tells which hour is
 * to be counted again.
 */
async function* findPosts(
  bigquery: BigQuery,
  dataset: string,
  { id, author = "" }: { id?: string; author?: string | undefined },
): AsyncGenerator<KnownPost> {
  const rows = bigquery.createQueryStream({
    query: `
      SELECT id, FORMAT_TIMESTAMP('%Y-%m-%dT%H:%M:%SZ', MIN(event_time)) AS event_time
      FROM ${dataset}.posts_latest
      WHERE ${id === undefined ? "author = @name" : "id = @name"}
      GROUP BY id ORDER BY id`,
    params: { name: id ?? author },
  });
  for await (const row of rows) yield postRow.parse(row);
}

/** A post that is not known is kept away from now on. */
async function* orElse(found: AsyncIterable<KnownPost>, other: KnownPost) {
  let isFound = false;
  for await (const post of found) {
    isFound = true;
    yield post;
  }
  if (!isFound) yield other;
}

type Burial = {
  topic: Topic;
  isDryRun: boolean;
  signal: AbortSignal;
};

const tombstonesAtOnce = 5_000;

/** Publishes a tombstone for each post; resolves with their number when all are acknowledged. */
async function bury(
  posts: AsyncIterable<KnownPost>,
  { topic, isDryRun, signal }: Burial,
): Promise<number> {
  let count = 0;
  let lines: string[] = [];
  const send = async () => {
    const messages = packLines(joinLines(lines));
    lines = [];
    if (isDryRun) return;
    const attributes = { schema: "tombstone.v1" };
    await Promise.all(messages.map(({ data }) => topic.publishMessage({ data, attributes })));
  };
  for await (const post of posts) {
    if (signal.aborted) break;
    const source = post.id.slice(0, post.id.indexOf(":"));
    lines.push(JSON.stringify(tombstone.parse({ ...post, source })));
    count += 1;
    if (lines.length === tombstonesAtOnce) await send();
  }
  await send();
  return count;
}

const remainsRow = z.object({
  receipts: z.coerce.number(),
  unlinked: z.coerce.number(),
  increments: z.coerce.number(),
  interactions: z.coerce.number(),
});

type Remains = z.infer<typeof remainsRow>;

async function countRemains(bigquery: BigQuery, dataset: string, { post, author }: ForgetOptions) {
  const [rows] = await bigquery.query({
    query: `WITH known AS (
        SELECT id FROM ${dataset}.posts WHERE outcome = 'post' AND (id = @post OR author = @author)
      )
      SELECT
        (SELECT COUNT(*) FROM known) AS receipts,
        (SELECT COUNT(*) FROM ${dataset}.unlinked WHERE id IN (SELECT id FROM known)) AS unlinked,
        (SELECT COUNT(*) FROM ${dataset}.url_hour_increments AS hours, UNNEST(hours.events) AS event
          WHERE event.id = @post OR event.author = @author) AS increments,
        (SELECT COUNT(*) FROM ${dataset}.interaction_hour_increments AS hours, UNNEST(hours.events) AS event
          WHERE event.id = @post OR hours.influenced = @author) AS interactions`,
    params: { post: post ?? "", author: author ?? "" },
  });
  return remainsRow.parse(rows[0]);
}

function describe(
  options: ForgetOptions,
  dataset: string,
  { posts, ...remains }: { posts: number } & Remains,
): string {
  const { post, author, isDryRun } = options;
  const who = author === undefined ? `Post ${post}` : `${posts} posts of author ${author}`;
  return `${who} ${isDryRun ? "would be" : "will be"} out of all views and counts${isDryRun ? "" : " in a few seconds"}.

What remains, and for how long:

${describeRemains(dataset, remains)}

Rows are only ever appended by the functions. To erase them, too, a person with the right to do so runs:

${statementsToErase(options, dataset)}

BigQuery can then bring them back for 7 days (time travel) and Google for 7 more (fail-safe). The
tombstones must stay: without them a replay of the archive would count the posts again. Reposts by
others are posts of their own, and reactions of others to them name whom they react to.
`;
}

function describeRemains(
  dataset: string,
  { receipts, unlinked, increments, interactions }: Remains,
): string {
  const places = [
    ["posts", `${receipts} receipts: id, author, time, links, text if it is kept. For good.`],
    ["unlinked", `${unlinked} links that are not counted: id and link. For good.`],
    ["url_hour_increments", `${increments} entries: id and author. For good.`],
    [
      "interaction_hour_increments",
      `${interactions} entries: id, author, whom it reacts to. For good.`,
    ],
    ["interaction_hour_totals", "the author, and whom it reacted to, as closed before. For good."],
    ["anomalies", "the author, if reactions to or of it were ever unusual. For good."],
    ["failed_events", "the original, if it ever failed. For good."],
  ].map(([table, what]) => [`${dataset}.${table}`, what]);
  const elsewhere = [
    ["archive/ in the lake", "the original as it came, with others. For good."],
    ["landing/ in the lake", "the same, 90 days unless configured otherwise."],
    [
      "indices/ in the lake",
      "the author, a day after its hours are closed again, and 30 days as a replaced version, unless configured otherwise.",
    ],
    ["exports/ in the lake", "what was ever exported. For good."],
    ["Pub/Sub", "up to 7 days where it is not delivered, 31 days where it was given up."],
    ["Logs", "nothing of it."],
  ];
  const all = [...places, ...elsewhere];
  const width = Math.max(...all.map(([place = ""]) => place.length));
  return all.map(([place = "", what]) => `  ${place.padEnd(width)}  ${what}`).join("\n");
}

function statementsToErase({ post, author }: ForgetOptions, dataset: string): string {
  const column = author === undefined ? "id" : "author";
  const literal = quoteForSql(author ?? post ?? "");
  const interactions =
    author === undefined
      ? eraseEvents(`${dataset}.interaction_hour_increments`, "id", literal)
      : `  DELETE FROM ${dataset}.interaction_hour_increments WHERE influenced = ${literal};
  DELETE FROM ${dataset}.interaction_hour_totals WHERE influenced = ${literal};`;
  return `  DELETE FROM ${dataset}.unlinked WHERE id IN (
    SELECT id FROM ${dataset}.posts WHERE outcome = 'post' AND ${column} = ${literal});
  DELETE FROM ${dataset}.posts WHERE outcome = 'post' AND ${column} = ${literal};
${eraseEvents(`${dataset}.url_hour_increments`, column, literal)}
${interactions}`;
}

const eraseEvents = (table: string, column: string, literal: string): string =>
  `  UPDATE ${table} AS hours
    SET events = ARRAY(SELECT event FROM UNNEST(hours.events) AS event
      WHERE COALESCE(event.${column}, '') != ${literal})
    WHERE EXISTS (
      SELECT 1 FROM UNNEST(hours.events) AS event WHERE event.${column} = ${literal});`;

if (import.meta.main) await runCommand("forget", forget);
