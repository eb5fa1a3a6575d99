import * as z from "zod";
import { commonConfig, commonVariables } from "../../shared/environment/common-variables.ts";
import { parseEnvironment } from "../../shared/environment/parse-environment.ts";
import { publishedTopic } from "../../shared/manifest/published-topic.ts";
import manifest from "./function.json" with { type: "json" };
import { landingTopics } from "./landing-topics.ts";

/** What one message holds, 10 MB, less its attributes. */
const maxLineBytes = 9_990_000;
/** No text of use compresses so well; a bomb reaches four times as much. */
const maxRatio = 250;

const topicNames = z
  .string()
  .transform((list) => list.split(",").map((name) => name.trim()))
  .pipe(z.array(publishedTopic(manifest)));

const environment = z
  .object({
    ...commonVariables,
    LANDING_BUCKET: z.string().min(1).optional(),
    LANDING_TOPICS: topicNames.prefault(landingTopics.map(({ name }) => name).join(",")),
    /** More could not be read twice and published before the acknowledgement deadline. */
    MAX_CONTENT_BYTES: z.coerce
      .number()
      .int()
      .min(1)
      .default(16 * 1024 ** 3),
  })
  .transform((variables) => ({
    ...commonConfig(variables),
    landingBucket: variables.LANDING_BUCKET,
    landingTopics: variables.LANDING_TOPICS,
    limits: {
      lineBytes: maxLineBytes,
      contentBytes: variables.MAX_CONTENT_BYTES,
      ratio: maxRatio,
    },
  }));

/** @throws {ConfigError} that names each missing or malformed variable, never its value. */
export const parseConfig = (variables: Record<string, string | undefined>) =>
  parseEnvironment(environment, variables);
