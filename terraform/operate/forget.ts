import { randomUUID } from "node:crypto";
import type { BigQuery } from "@google-cloud/bigquery";
import type { Topic } from "@google-cloud/pubsub";
import * as z from "zod";
import { packLines } from "../../shared/codec/pack-lines.ts";
import { type EventId, eventId, eventIdOf } from "../../shared/events/event-id.ts";
import { type Tweet, tweet } from "../../shared/events/tweet.v1.ts";
import { parseArguments } from "./cli/parse-arguments.ts";
import { runCommand } from "./cli/run-command.ts";
import { UserError } from "./cli/user-error.ts";
import { findTarget, targetHelp } from "./find-target.ts";

const help = `Takes a tweet, or all tweets of an author, out of every view and every count.

  npm run forget -- --tweet 1146305069987618817
  npm run forget -- --author 12 --dry-run

  --tweet ID       digits are an id of X; else <source>:<id>, as in the tables
  --author ID      likewise; every tweet of this author that is known now
  --dry-run        only tells how many tweets that are
  --project ID     of Google Cloud, whatever runs here; its dataset is BIGQUERY_DATASET or
  --dataset NAME   (default hourtally)
  --json           the result as one line of JSON on standard output

It appends a tombstone for each tweet, as a delete notice of the platform would. The tweets stay away
however often they come again. Those of an author that come for the first time later do not: run it
again then. The output says what remains, where, and for how long.

${targetHelp}
Exit codes: 0 done, 1 a failure, 2 a wrong argument, 130 interrupted.
`;

async function forget(args: string[], listen: () => AbortSignal): Promise<void> {
  const options = parseForgetOptions(args);
  if (options === undefined) {
    process.stdout.write(help);
    return;
  }
  const signal = listen();
  const target = await findTarget(process.env, options);
  const { place, dataset, topicPrefix } = target;
  const topic = `${topicPrefix}append-tweets`;
  process.stderr.write(`Working in ${place}, dataset ${dataset}, topic ${topic}.\n`);
  // Loaded late: they take a second, which a wrong argument need not wait for.
  const { BigQuery } = await import("@google-cloud/bigquery");
  const { PubSub } = await import("@google-cloud/pubsub");
  const bigquery = new BigQuery({ projectId: target.project });
  const { tweet: id, author, isDryRun } = options;
  const ids = id === undefined ? tweetsOf(bigquery, dataset, author) : [id];
  const pubsub = new PubSub({ projectId: target.project });
  const tweets = await bury(ids, { topic: pubsub.topic(topic), author, isDryRun, signal });
  await pubsub.close();
  if (signal.aborted) {
    process.stderr.write("Interrupted: the same command goes on.\n");
    return;
  }
  const remains = await countRemains(bigquery, dataset, options);
  process.stderr.write(describe(options, dataset, { tweets, ...remains }));
  if (options.json) process.stdout.write(`${JSON.stringify({ tweets, ...remains })}\n`);
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
      tweet: { type: "string" },
      author: { type: "string" },
      project: { type: "string" },
      dataset: { type: "string" },
      "dry-run": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  if ((values.tweet === undefined) === (values.author === undefined)) {
    throw new UserError("name a --tweet or an --author. Try --help.");
  }
  return {
    tweet: values.tweet === undefined ? undefined : readId("--tweet", values.tweet),
    author: values.author === undefined ? undefined : readId("--author", values.author),
    project: values.project,
    dataset: values.dataset,
    isDryRun: values["dry-run"],
    json: values.json,
  };
}

function readId(option: string, text: string): EventId {
  const id = eventIdOf("x", text) ?? eventId.safeParse(text).data;
  if (id === undefined) throw new UserError(`${option} ${text}: must be digits, or <source>:<id>`);
  return id;
}

const idRow = z.object({ id: eventId });

/** The tweets of an author that no tombstone names, a page of BigQuery's at a time. */
async function* tweetsOf(
  bigquery: BigQuery,
  dataset: string,
  author = "",
): AsyncGenerator<EventId> {
  const rows = bigquery.createQueryStream({
    query: `SELECT DISTINCT id FROM ${dataset}.tweets_latest WHERE author = @author ORDER BY id`,
    params: { author },
  });
  for await (const row of rows) yield idRow.parse(row).id;
}

type Burial = {
  topic: Topic;
  author: EventId | undefined;
  isDryRun: boolean;
  signal: AbortSignal;
};

const tombstonesAtOnce = 5_000;

/** Publishes a tombstone for each id; resolves with their number when all are acknowledged. */
async function bury(
  ids: Iterable<EventId> | AsyncIterable<EventId>,
  burial: Burial,
): Promise<number> {
  const { topic, author, isDryRun, signal } = burial;
  const run = `forget:${randomUUID()}`;
  let count = 0;
  let lines: string[] = [];
  const send = async () => {
    const messages = packLines(lines);
    lines = [];
    if (isDryRun) return;
    const attributes = { schema: "tweet.v1" };
    await Promise.all(messages.map(({ data }) => topic.publishMessage({ data, attributes })));
  };
  for await (const id of ids) {
    if (signal.aborted) break;
    lines.push(JSON.stringify(tombstone(id, author, { run, position: count })));
    count += 1;
    if (lines.length === tombstonesAtOnce) await send();
  }
  await send();
  return count;
}

/** The receipt of a delete notice, as the platform's own would leave it. */
function tombstone(
  id: EventId,
  author: EventId | undefined,
  { run, position }: { run: string; position: number },
): Tweet {
  const now = new Date().toISOString();
  return tweet.parse({
    outcome: "delete",
    id,
    at: now,
    ...(author !== undefined && { author }),
    links: [],
    message_id: run,
    position: `records[${position}]`,
    received_at: now,
  });
}

const remainsRow = z.object({ receipts: z.coerce.number(), increments: z.coerce.number() });

async function countRemains(bigquery: BigQuery, dataset: string, { tweet, author }: ForgetOptions) {
  const [rows] = await bigquery.query({
    query: `SELECT
      (SELECT COUNT(*) FROM ${dataset}.tweets WHERE outcome = 'tweet'
        AND (id = @tweet OR author = @author)) AS receipts,
      (SELECT COUNT(*) FROM ${dataset}.url_hour_increments AS hours, UNNEST(hours.events) AS event
        WHERE event.id = @tweet OR event.author = @author) AS increments`,
    params: { tweet: tweet ?? "", author: author ?? "" },
  });
  return remainsRow.parse(rows[0]);
}

function describe(
  { tweet, author, isDryRun }: ForgetOptions,
  dataset: string,
  { tweets, receipts, increments }: { tweets: number; receipts: number; increments: number },
): string {
  const who = author === undefined ? `Tweet ${tweet}` : `${tweets} tweets of author ${author}`;
  const column = author === undefined ? "id" : "author";
  return `${who} ${isDryRun ? "would be" : "will be"} out of all views and counts${isDryRun ? "" : " in a few seconds"}.

What remains, and for how long:

  ${dataset}.tweets                 ${receipts} receipts: id, author, time, links; no text. For good.
  ${dataset}.url_hour_increments    ${increments} entries: id and author. For good.
  ${dataset}.failed_events          the original, if it ever failed. For good.
  archive/, landing/ in the lake    the original as it came, with others. archive/ for good, landing/
                                    until its lifecycle rule, 90 days unless configured otherwise.
  Pub/Sub                           up to 7 days where it is not delivered, 31 days where it was given up.
  Logs                              nothing of it.

Rows are only ever appended by the functions. To erase them, too, a person with the right to do so runs:

  DELETE FROM ${dataset}.tweets WHERE outcome = 'tweet' AND ${column} = '${author ?? tweet}';
  UPDATE ${dataset}.url_hour_increments AS hours
    SET events = ARRAY(SELECT event FROM UNNEST(hours.events) AS event
      WHERE COALESCE(event.${column}, '') != '${author ?? tweet}')
    WHERE EXISTS (
      SELECT 1 FROM UNNEST(hours.events) AS event WHERE event.${column} = '${author ?? tweet}');

BigQuery can then bring them back for 7 days (time travel) and Google for 7 more (fail-safe). The
tombstones must stay: without them a replay of the archive would count the tweets again. Retweets by
others are tweets of their own.
`;
}

if (import.meta.main) await runCommand("forget", forget);
