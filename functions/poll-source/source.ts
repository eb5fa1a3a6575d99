import type { PublishedTopic } from "../../shared/manifest/published-topic.ts";
import type manifest from "./function.json";

/** Variables that a URL may have in braces. */
type Setting = keyof typeof manifest.environment;
type Secret = keyof typeof manifest.secrets;

/** What is asked for what is new, declared as data. */
export type Source = PageSource | FileSource;

type AnySource = {
  name: string;
  /** Where it is asked: https, with `{VARIABLE}` for what the environment says. */
  url: string;
  /** Variables in the URL. */
  settings: readonly Setting[];
  /** Header that carries a secret, and what stands before it there. */
  secret?: { variable: Secret; header: string; prefix: string; isRequired: boolean };
  /** How often it is asked, in minutes. */
  everyMinutes: number;
  /** Header that tells when to come again, in seconds since 1970, when nothing is left until then. */
  reset?: string;
};

/** A JSON API, whose answers are published. */
export type PageSource = AnySource & {
  kind: "pages";
  /** Topic that takes its answers as they come. */
  topic: PublishedTopic<typeof manifest>;
  /** Where in an answer its items are, from the outside; empty where the answer is the list. */
  items: readonly string[];
  /** Field of an item that identifies it: decimal digits. */
  id: string;
  /** Field by which newer items are greater: a whole number; the id, when absent. */
  order?: string;
  /** How what is newer is asked for. */
  since: {
    parameter: string;
    /** What stands before the newest order in the parameter. */
    prefix?: string;
    /** How far behind the newest order it is asked again, where items come late or are changed. */
    back?: number;
  };
  /**
   * How the rest is asked for when an answer does not have all: behind a token that stands in it, which
   * leads to older items; once more for what is newer than the newest; or not at all.
   */
  paging: { token: readonly string[]; parameter: string } | "newer" | "once";
  /** Most answers that are asked for in one run. */
  mostPages: number;
};

/** Files that appear once a week, whole; each is put into the lake, where it is loaded. */
export type FileSource = AnySource & {
  kind: "files";
  /** The day in their URL, as `{yyyy}`, `{yy}`, `{mm}` and `{dd}`: 0 is Sunday. */
  weekday: number;
  /** So many of the last weeks are asked for. */
  weeks: number;
  /** Folder of the lake; it ends with a slash. */
  folder: string;
};
