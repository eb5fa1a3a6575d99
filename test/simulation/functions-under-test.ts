import type { KeyObject } from "node:crypto";
import type { AppendLimits } from "../../functions/append-rows/append-isolating.ts";
import type { AppendToTable } from "../../functions/append-rows/append-to-table.ts";
import {
  type AppendRows,
  createCoalescedAppender,
} from "../../functions/append-rows/coalesce-rows.ts";
import { createHandler as createAppendRows } from "../../functions/append-rows/handler.ts";
import {
  type CountEvents,
  createCounter,
} from "../../functions/bucket-hours/coalesce-increments.ts";
import { createHandler as createBucketHours } from "../../functions/bucket-hours/handler.ts";
import type { ClosingTools } from "../../functions/close-hours/close-stream.ts";
import type { ExportTools } from "../../functions/export-hours/export-hour.ts";
import { parseConfig as parseLoadConfig } from "../../functions/load-object/config.ts";
import { createHandler as createLoadHandler } from "../../functions/load-object/handler.ts";
import { createHandler as createNormalizeBluesky } from "../../functions/normalize-bluesky/handler.ts";
import { createHandler as createNormalizeMastodon } from "../../functions/normalize-mastodon/handler.ts";
import { createHandler as createNormalizeTweets } from "../../functions/normalize-tweets/handler.ts";
import { createHandler as createNormalizeUrls } from "../../functions/normalize-urls/handler.ts";
import type { PublishBody } from "../../functions/receive-webhook/publish-body.ts";
import type { RememberDelivery } from "../../functions/receive-webhook/remember-deliveries.ts";
import { createHandler as createRecordDeadLetters } from "../../functions/record-dead-letters/handler.ts";
import { createLinePublisher, type PublishLines } from "../../shared/codec/publish-lines.ts";
import type { PublishMessage } from "../../shared/codec/publish-message.ts";
import { triggersOf } from "../../shared/manifest/function-manifest.ts";
import { readManifests } from "../../terraform/read-manifests.ts";
import { tenant } from "./tenant.ts";

const functionNames = [
  "load-object",
  "normalize-tweets",
  "normalize-bluesky",
  "normalize-mastodon",
  "normalize-urls",
  "bucket-hours",
  "append-rows",
  "record-dead-letters",
] as const;

export type FunctionName = (typeof functionNames)[number];

const manifests = await readManifests();

/** The functions by the topics that trigger them, as their manifests say. */
export const subscribers: readonly { name: FunctionName; topics: readonly string[] }[] =
  functionNames.map((name) => ({
    name,
    topics: manifests.filter((one) => one.name === name).flatMap(triggersOf),
  }));

/** The outside of one instance: what its Google clients would do. */
export type Platform = {
  publish: PublishMessage<string>;
  append: AppendToTable;
  now: () => number;
  schedule: (run: () => void, ms: number) => unknown;
  /** Where they are narrower than those that are deployed. */
  limits?: { append: AppendLimits; partBytes: number };
};

/** The outside of one instance of receive-webhook, and the keys that it knows. */
export type ReceivePorts = {
  publish: PublishBody;
  remember: RememberDelivery;
  xSecrets: readonly KeyObject[];
  standardSecrets: readonly KeyObject[];
};

/** The outside of one load. */
export type LoadPorts = Pick<Parameters<typeof createLoadHandler>[0], "store" | "publish" | "now">;

export type Handle = (event: unknown) => Promise<void>;

/**
 * Places where a planted fault gets between the parts of an instance; each is called once per
 * instance. Without them, everything is as it is deployed.
 */
export type Twists = {
  platform?: (name: FunctionName, platform: Platform) => Platform;
  /** Another release of normalize-tweets. */
  normalizeTweets?: (create: typeof createNormalizeTweets, platform: Platform) => typeof create;
  publishLines?: (
    name: FunctionName,
    publish: PublishLines<string>,
    platform: Platform,
  ) => PublishLines<string>;
  count?: (count: CountEvents, platform: Platform) => CountEvents;
  appendRows?: (append: AppendRows, platform: Platform) => AppendRows;
  load?: (ports: LoadPorts) => LoadPorts;
  receive?: (ports: ReceivePorts) => ReceivePorts;
  close?: (tools: ClosingTools) => ClosingTools;
  export?: (tools: ExportTools) => ExportTools;
  handle?: (name: FunctionName, handle: Handle, platform: Platform) => Handle;
};

const log = { info: () => undefined, warn: () => undefined };
const config = { functionVersion: "simulated", topicPrefix: tenant, storesText: true };
const loadConfig = { ...parseLoadConfig({ GOOGLE_CLOUD_PROJECT: "simulated" }), ...config };

/** The handler of load-object, on simulated ports. */
export const createLoadObject = (outside: LoadPorts, twists: Twists): Handle =>
  createLoadHandler({ ...(twists.load?.(outside) ?? outside), log, config: loadConfig });

/** The handler of a deployed function, on simulated ports. */
export function createFunction(
  name: Exclude<FunctionName, "load-object">,
  outside: Platform,
  twists: Twists,
): Handle {
  const platform = twists.platform?.(name, outside) ?? outside;
  const handle = create[name](platform, twists);
  return twists.handle?.(name, handle, platform) ?? handle;
}

function linePublisher(name: FunctionName, platform: Platform, twists: Twists) {
  const publish = createLinePublisher(platform.publish, platform.schedule);
  return twists.publishLines?.(name, publish, platform) ?? publish;
}

const create = {
  "normalize-tweets": (platform: Platform, twists: Twists): Handle => {
    const publish = linePublisher("normalize-tweets", platform, twists);
    const create =
      twists.normalizeTweets?.(createNormalizeTweets, platform) ?? createNormalizeTweets;
    return create({ publish, now: platform.now, log, config });
  },
  "normalize-bluesky": (platform: Platform, twists: Twists): Handle => {
    const publish = linePublisher("normalize-bluesky", platform, twists);
    return createNormalizeBluesky({ publish, now: platform.now, log, config });
  },
  "normalize-mastodon": (platform: Platform, twists: Twists): Handle => {
    const publish = linePublisher("normalize-mastodon", platform, twists);
    return createNormalizeMastodon({ publish, now: platform.now, log, config });
  },
  "normalize-urls": (platform: Platform, twists: Twists): Handle => {
    const publish = linePublisher("normalize-urls", platform, twists);
    return createNormalizeUrls({ publish, now: platform.now, log, config });
  },
  "bucket-hours": (platform: Platform, twists: Twists): Handle => {
    const publish = linePublisher("bucket-hours", platform, twists);
    const counter = createCounter(publish, platform.schedule);
    const count = twists.count?.(counter, platform) ?? counter;
    return createBucketHours({ count, publish, now: platform.now, log, config });
  },
  "append-rows": (platform: Platform, twists: Twists): Handle => {
    const appender = createCoalescedAppender(
      platform.append,
      platform.schedule,
      platform.limits?.append,
    );
    const append = twists.appendRows?.(appender, platform) ?? appender;
    return createAppendRows({ append, log, config });
  },
  "record-dead-letters": (platform: Platform): Handle =>
    createRecordDeadLetters({
      publish: platform.publish,
      log,
      config: { ...config, ...(platform.limits && { partBytes: platform.limits.partBytes }) },
    }),
};
