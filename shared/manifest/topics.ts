import * as z from "zod";
import { hoursClosed } from "../events/hours-closed.v1.ts";
import { linkShare } from "../events/link-share.v1.ts";
import { turnstileRow } from "../events/turnstile-row.v1.ts";
import { tables } from "../rows/tables.ts";
import { streams } from "../streams/streams.ts";
import { deadLetters, parked } from "./dead-letters.ts";

/** What travels on a topic: `event` is one line of a message. */
export type DescribedTopic = { name: string; description: string; event: z.ZodType };

const page = z.union([z.looseObject({}), z.array(z.looseObject({}))]);

/** Topics that are neither a stream's nor a table's. */
const ownTopics: readonly DescribedTopic[] = [
  {
    name: "tweets",
    description:
      "Posts of X as its APIs give them: of v1.1 or v2, alone or a page of them, and notices",
    event: page.describe("JSON of X, byte by byte: normalize-tweets knows its shapes"),
  },
  {
    name: "turnstiles",
    description: "Lines of turnstiles: of weekly audit files, or of streams of increments",
    event: z
      .union([turnstileRow, z.string()])
      .describe("An object, or a line of CSV in the columns' order, also without quotes around it"),
  },
  {
    name: "log-lines",
    description: "Lines of logs, as they were written",
    event: z.unknown().describe("Any line"),
  },
  {
    name: "link-shares",
    description: "Readings of posts, each with all of the links that it shares",
    event: linkShare,
  },
  {
    name: "hours-closed",
    description: "Hours whose totals are written, for the first time or anew",
    event: hoursClosed,
  },
  {
    name: "object-finalized",
    description:
      "Objects that are complete: https://cloud.google.com/storage/docs/pubsub-notifications",
    event: z
      .looseObject({ bucket: z.string(), name: z.string(), generation: z.string() })
      .describe("The resource of the object; its attributes say the same"),
  },
  ...[deadLetters, parked].map((name) => ({
    name,
    description: "Messages that were given up, as they were, with attributes that tell of whom",
    event: z.unknown().describe("Whatever the message was"),
  })),
];

/** All topics of which it is known what travels on them. */
export const describedTopics: readonly DescribedTopic[] = [
  ...ownTopics,
  ...streams.map(({ name, description, event }) => ({ name, description, event })),
  ...tables.map(({ topic, description, row }) => ({
    name: topic,
    description: `Rows of a table: ${description}`,
    event: row,
  })),
];
