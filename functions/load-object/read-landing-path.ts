import { wholeFolders } from "../../shared/objects/landing-folders.ts";
import type { LandingTopic } from "./landing-topic.ts";
import { landingTopics } from "./landing-topics.ts";

/** The topic that an object goes to, or why it is none to load. */
export type LandingPath = { topic: LandingTopic } | { ignored: string };

/** Reads `landing/<topic>/…`; `allowed` are the names of the topics that files may be loaded to. */
export function readLandingPath(object: string, allowed: readonly string[]): LandingPath {
  const [folder, name = "", ...rest] = object.split("/");
  if (folder !== "landing" || rest.length === 0) return { ignored: "not-in-landing" };
  // The console shows folders as empty objects of such names.
  if (object.endsWith("/")) return { ignored: "folder" };
  if (wholeFolders.some((whole) => whole === name)) return { ignored: "taken-whole" };
  const topic = landingTopics.find((one) => one.name === name && allowed.includes(one.name));
  return topic === undefined ? { ignored: "topic-not-allowed" } : { topic };
}
