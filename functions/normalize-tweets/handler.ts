import type { PublishLines } from "../../shared/codec/publish-lines.ts";
import type { PublishedTopic } from "../../shared/manifest/published-topic.ts";
import { createPostHandler, type PostDependencies } from "../../shared/posts/handle-posts.ts";
import type manifest from "./function.json";
import { tweets } from "./normalize-message.ts";

type Dependencies = PostDependencies & {
  publish: PublishLines<PublishedTopic<typeof manifest>>;
};

/** Handles one Pub/Sub message of tweets. */
export const createHandler = (dependencies: Dependencies) =>
  createPostHandler(() => tweets, dependencies);
