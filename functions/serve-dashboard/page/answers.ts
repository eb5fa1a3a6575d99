import * as z from "zod/mini";

// What the page reads of the API's answers; the API's own schemas check what it sends. It is loaded when
// something is asked for: what comes with the page is of its own release, and has no need of it.

const column = z.object({ name: z.string(), description: z.string() });

const streams = z.object({
  rows: z.array(
    z.object({
      name: z.string(),
      description: z.string(),
      keys: z.array(column),
      labels: z.array(column),
      measures: z.array(z.extend(column, { sums: z.boolean() })),
      filters: z.array(z.string()),
      facets: z.array(z.string()),
      suggests: z.array(z.string()),
      author: z.nullable(z.string()),
      newest: z.nullable(z.string()),
    }),
  ),
});

export type StreamInfo = z.infer<typeof streams>["rows"][number];

const hours = z.object({
  from: z.string(),
  to: z.string(),
  rows: z.array(z.catchall(z.object({ hour: z.string(), keys: z.number() }), z.unknown())),
});

const carrier = z.object({ id: z.string(), reshares: z.number(), href: z.optional(z.string()) });

const top = z.object({
  from: z.string(),
  to: z.string(),
  by: z.string(),
  exact: z.boolean(),
  next: z.optional(z.number()),
  rows: z.array(
    z.catchall(
      z.object({
        before: z.number(),
        spark: z.array(z.number()),
        facets: z.record(z.string(), z.record(z.string(), z.number())),
        shown: z.optional(z.string()),
        href: z.optional(z.string()),
        carrier: z.optional(carrier),
      }),
      z.unknown(),
    ),
  ),
});

const rising = z.object({
  rows: z.array(
    z.catchall(
      z.object({ n: z.number(), usual: z.number(), shown: z.optional(z.string()) }),
      z.unknown(),
    ),
  ),
});

const values = z.object({ rows: z.array(z.object({ value: z.string() })) });

export type TopRow = z.infer<typeof top>["rows"][number];

const post = z.object({
  id: z.string(),
  at: z.nullable(z.string()),
  source: z.string(),
  author: z.nullable(z.string()),
  kind: z.nullable(z.string()),
  language: z.nullable(z.string()),
  text: z.nullable(z.string()),
  links: z.array(z.object({ url: z.string(), shown: z.string(), href: z.optional(z.string()) })),
  href: z.optional(z.string()),
});

export type Post = z.infer<typeof post>;

const search = z.object({
  from: z.string(),
  to: z.string(),
  next: z.optional(z.number()),
  rows: z.array(post),
});

const link = z.object({
  key: z.string(),
  title: z.nullable(z.string()),
  shown: z.string(),
  href: z.optional(z.string()),
  mentions: z.number(),
  authors: z.number(),
  originals: z.number(),
  exact: z.boolean(),
  from: z.string(),
  to: z.string(),
  hours: z.array(z.object({ hour: z.string(), mentions: z.number(), authors: z.number() })),
  first: z.string(),
  peak: z.string(),
  halfLifeHours: z.number(),
  carrier: z.optional(carrier),
  counts: z.array(z.object({ source: z.string(), kind: z.string(), n: z.number() })),
  countedTo: z.string(),
  spellings: z.array(z.object({ spelling: z.string(), n: z.number(), why: z.array(z.string()) })),
  next: z.optional(z.number()),
  rows: z.array(post),
});

const users = z.object({
  from: z.string(),
  to: z.string(),
  next: z.optional(z.number()),
  rows: z.array(
    z.object({
      user: z.string(),
      score: z.number(),
      interactions: z.number(),
      reshares: z.number(),
      influenced: z.number(),
      followers: z.nullable(z.number()),
      href: z.optional(z.string()),
    }),
  ),
});

const tie = z.object({
  direction: z.enum(["moves", "is moved by"]),
  other: z.string(),
  score: z.number(),
  interactions: z.number(),
  reshares: z.number(),
  first: z.string(),
  last: z.string(),
});

export type Tie = z.infer<typeof tie>;

const sumOfTies = z.object({ others: z.number(), interactions: z.number(), score: z.number() });

const user = z.object({
  user: z.string(),
  href: z.optional(z.string()),
  from: z.string(),
  to: z.string(),
  moves: sumOfTies,
  movedBy: sumOfTies,
  next: z.optional(z.number()),
  rows: z.array(tie),
});

const anomalies = z.object({
  from: z.string(),
  to: z.string(),
  next: z.optional(z.number()),
  rows: z.array(
    z.object({
      stream: z.string(),
      key: z.nullable(z.string()),
      hour: z.string(),
      state: z.string(),
      direction: z.string(),
      actual: z.number(),
      expected: z.number(),
      score: z.number(),
      reason: z.string(),
    }),
  ),
});

export type Anomaly = z.infer<typeof anomalies>["rows"][number];

const health = z.object({
  status: z.string(),
  since: z.string(),
  received: z.number(),
  counted: z.number(),
  duplicates: z.number(),
  deletes: z.number(),
  ignored: z.number(),
  failed: z.number(),
  open: z.number(),
  deadLetters: z.number(),
  messages: z.number(),
  newestArrival: z.nullable(z.string()),
  lagSeconds: z.nullable(z.number()),
  queries: z.number(),
  streams: z.array(
    z.object({
      name: z.string(),
      newest: z.nullable(z.string()),
      closed: z.nullable(z.string()),
      late: z.number(),
    }),
  ),
  rows: z.array(
    z.object({
      stage: z.string(),
      reason: z.string(),
      failed: z.number(),
      items: z.number(),
      open: z.number(),
      newest: z.string(),
    }),
  ),
});

const schemas = {
  streams,
  hours,
  top,
  rising,
  values,
  search,
  link,
  users,
  user,
  anomalies,
  health,
};

/** Answers of the API by what they are of. */
export type Answers = { [Kind in keyof typeof schemas]: z.infer<(typeof schemas)[Kind]> };

const readers: { [Kind in keyof Answers]: z.ZodMiniType<Answers[Kind]> } = schemas;

/** @throws {Error} when it is not as expected, which says so to the reader. */
export function readAnswer<Kind extends keyof Answers>(kind: Kind, body: unknown): Answers[Kind] {
  const read = readers[kind].safeParse(body);
  if (read.success) return read.data;
  throw new Error("The server answers in another way than this page knows: load the page anew", {
    cause: read.error,
  });
}
