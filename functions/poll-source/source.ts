import type { PublishedTopic } from "../../shared/manifest/published-topic.ts";
import type manifest from "./function.json";

/** Variables that a URL may have in braces. */
type Setting = keyof typeof manifest.environment;
type Secret = keyof typeof manifest.secrets;

/** A JSON API that is asked for what is new, declared as data. */
export type Source = {
  name: string;
  /** Topic that takes its answers as they come. */
  topic: PublishedTopic<typeof manifest>;
  /** Where it is asked: https, with `{VARIABLE}` for what the environment says. */
  url: string;
  /** Variables in the URL. */
  settings: readonly Setting[];
  /** Header that carries a secret, and what stands before it there. */
  secret?: { variable: Secret; header: string; prefix: string; isRequired: boolean };
  /** Where in an answer its items are, from the outside; empty where the answer is the list. */
  items: readonly string[];
  /** Field of an item that identifies it: decimal digits, and newer ones are greater. */
  id: string;
  /** Parameter of the URL that asks for what is newer than an id. */
  since: string;
  /**
   * How the rest is asked for when an answer does not have all: behind a token that stands in it, which
   * leads to older items; or once more for what is newer than the newest.
   */
  paging: { token: readonly string[]; parameter: string } | "newer";
  /** Most answers that are asked for in one run. */
  mostPages: number;
  /** How often it is asked, in minutes. */
  everyMinutes: number;
  /** Header that tells when to come again, in seconds since 1970, when nothing is left until then. */
  reset?: string;
};
