import * as z from "zod";
import type { topicSets } from "./function-manifest.ts";

/** What is told of a function.json here, as TypeScript reads it. */
type Publishing = { publishes: object };

/** What the topics are called for which a word stands. */
type Named<Word> = Word extends (typeof topicSets)["increments"] ? `append-${string}-hours` : Word;

/** Topics to which the function with this function.json may publish: what is not granted does not compile. */
export type PublishedTopic<Manifest extends Publishing> = Named<keyof Manifest["publishes"]>;

/** A setting that names a topic to which the function with this function.json may publish. */
export const publishedTopic = <Manifest extends Publishing>(manifest: Manifest) =>
  z.custom<PublishedTopic<Manifest>>(
    (name) => typeof name === "string" && Object.hasOwn(manifest.publishes, name),
    "must be under publishes in function.json",
  );
