import type * as z from "zod";
import type { PublishedTopic } from "../../shared/manifest/published-topic.ts";
import type manifest from "./function.json";

/** One column of a CSV file and the field of the published row that it becomes. */
export type CsvColumn = {
  field: string;
  /** Spellings of its header; letters and digits are compared, without case. */
  headers: readonly string[];
  type: "text" | "integer";
  /** Whether a file may lack it; then the rows do, too. */
  isOptional?: boolean;
};

/** How rows of a CSV file are typed. Columns that are not declared are dropped. */
export type CsvLayout = {
  /** Value of the `schema` attribute of the published messages. */
  schema: string;
  row: z.ZodObject;
  columns: readonly CsvColumn[];
};

/** How files are read that hold events of a topic. */
export type TopicFormat = {
  name: string;
  /** Absent: the topic takes no CSV. */
  csv?: CsvLayout;
  /** Whether content that does not begin like JSON is read line by line, as text. */
  takesText?: boolean;
  /** A line of text that tells how those after it are read: it goes along with each of their messages. */
  heading?: RegExp;
};

/** Topics that it may publish to. */
export type Topic = PublishedTopic<typeof manifest>;

/** A raw topic that files can be loaded to, declared as data. */
export type LandingTopic = TopicFormat & { name: Topic };
