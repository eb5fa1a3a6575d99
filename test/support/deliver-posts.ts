import type { PublishLines } from "../../shared/codec/publish-lines.ts";
import type { PostDependencies } from "../../shared/posts/handle-posts.ts";

type CreateHandler = (
  dependencies: Omit<PostDependencies, "publish"> & { publish: PublishLines<string> },
) => (event: unknown) => Promise<void>;

/**
 * Delivers a message to the handler of a normalizer of posts at the time of `now`, ms since 1970 UTC:
 * the lines that it publishes, by topic, without topics that get none. What goes to `refused` is not
 * safe.
 */
export async function deliverPosts(
  createHandler: CreateHandler,
  event: unknown,
  { config, now, refused }: Pick<PostDependencies, "config"> & { now: number; refused?: string },
): Promise<Record<string, unknown[]>> {
  const published: Record<string, unknown[]> = {};
  const handle = createHandler({
    publish: async (topic, _schema, lines) => {
      if (topic === refused) throw new Error("unavailable");
      if (lines.length > 0) published[topic] = lines.map((line): unknown => JSON.parse(line));
    },
    now: () => now,
    log: { info: () => undefined },
    config,
  });
  await handle(event);
  return published;
}
