import * as z from "zod";

/**
 * Lists that follow from the declared streams, tables and functions, by the words that stand for them
 * among the names of a function.json.
 */
export const topicSets = {
  /** Topics on which the events of streams travel. */
  events: "all events",
  /** Topics on which the increments of streams travel. */
  increments: "all increments",
  /** Topics whose messages are rows of tables. */
  rows: "all rows",
  /** Topics that trigger functions, but for the dead letters. */
  triggers: "all triggers",
} as const;
/** The same for tables and views. */
export const tableSets = {
  /** Tables that `shared/rows` declares, but for the totals. */
  tables: "all tables",
  /** Tables of the increments of streams. */
  increments: "all increments",
  /** Tables of the totals of streams. */
  totals: "all totals",
  /** Views of the counts of streams, of the events they are made of, and of the closed hours. */
  counts: "all counts",
} as const;

const reason = z.string().min(1);
const reasons = z.record(z.string(), reason);
const topic = z.string().regex(/^[a-z][a-z0-9-]*$/, "not the name of a topic");
const table = z.string().regex(/^[a-z][a-z0-9_]*$/, "not the name of a table");
const { events, increments, rows, triggers } = topicSets;

/** Five fields of cron, in UTC: Cloud Scheduler takes more, which nothing else reads. */
const schedule = z.string().regex(/^[\d*/,-]+( [\d*/,-]+){4}$/, "not five fields of cron");

const trigger = z.union([
  z.strictObject({ topics: z.array(z.union([topic, z.enum([events, rows])])).min(1) }),
  z.strictObject({ http: z.literal("public") }),
  /** Called by those who may, and by a schedule when there is one. */
  z.strictObject({ http: z.literal("private"), schedule: schedule.optional() }),
]);

const folder = z.string().regex(/^(?:[\w-]+\/)+$/, "not a folder, which ends in a slash");

/**
 * Folders of a bucket in which a function reads objects, creates new ones, and replaces those that are
 * there, which is the right to delete them.
 */
const bucketAccess = z.strictObject({
  reads: z.array(folder),
  creates: z.array(folder),
  replaces: z.array(folder).default([]),
  why: reason,
});

const seconds = z.number().min(0).max(600);

/** How Pub/Sub delivers again what was not acknowledged: to each topic of the trigger alike. */
const delivery = z.strictObject({
  /** Before the second attempt; doubled before each further one. Not more, and Pub/Sub takes no less. */
  minBackoffSeconds: seconds.default(0.1),
  /** 100 attempts at up to ten minutes outlast a night in which something is down. */
  maxBackoffSeconds: seconds.default(600),
  /** Then it is a dead letter. */
  maxAttempts: z.int().min(5).max(100).default(100),
});

/** `function.json`: a function's contract with the platform. Each permission has its reason. */
export const functionManifest = z.strictObject({
  description: z.string().min(1),
  trigger,
  delivery: delivery.prefault({}),
  /** Topics it publishes to → why. */
  publishes: z.record(z.union([topic, z.enum([increments, triggers])]), reason),
  /**
   * Topics, of those that trigger it or that it publishes to, whose messages come from outside: they
   * are kept as they came, for a replay.
   */
  archived: z.array(topic).default([]),
  /** Tables it appends to → why. */
  tables: z
    .record(z.union([table, z.enum([tableSets.tables, tableSets.totals])]), reason)
    .default({}),
  /** Tables and views it queries → why. */
  queries: z
    .record(
      z.union([table, z.enum([tableSets.increments, tableSets.totals, tableSets.counts])]),
      reason,
    )
    .default({}),
  /** Environment variables that name the buckets it works on → what it does in which folders. */
  buckets: z.record(z.string(), bucketAccess).default({}),
  /** Environment variables that the deployment sets → what they are. */
  environment: reasons,
  /** Environment variables that are mounted from Secret Manager → what they are. */
  secrets: reasons.default({}),
  memory: z.string().regex(/^\d+(?:Mi|Gi)$/),
  cpu: z.number().positive(),
  concurrency: z.int().min(1).max(1_000),
  minInstances: z.int().min(0),
  maxInstances: z.int().min(1),
  /** Of one request; also the acknowledgement deadline of its subscriptions. */
  timeoutSeconds: z.int().min(10).max(600),
});

/** A function.json with its defaults, and with its folder's name. */
export type FunctionManifest = z.infer<typeof functionManifest> & { name: string };

/** Topics that trigger a function. */
export const triggersOf = ({ trigger }: Pick<FunctionManifest, "trigger">): readonly string[] =>
  "topics" in trigger ? trigger.topics : [];
