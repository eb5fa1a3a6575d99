/** What a new function is called, what it is told of, and the topic that triggers it. */
export type NewFunction = { name: string; topic: string; description: string };

/**
 * The files of a function that reads the records of one topic and keeps as failed events what it
 * cannot read: path from the project's root → content. It passes every check as it is; what it is
 * for goes into its `read-message.ts`, and what it publishes into its `function.json` first.
 */
export function renderFunction(one: NewFunction): Map<string, string> {
  const folder = `functions/${one.name}`;
  return new Map([
    [`${folder}/function.json`, manifest(one)],
    [`${folder}/index.ts`, wiring(one)],
    [`${folder}/config.ts`, config],
    [`${folder}/handler.ts`, handler(one)],
    [`${folder}/read-message.ts`, core(one)],
    [`${folder}/README.md`, readme(one)],
    [`test/unit/${folder}/handler.test.ts`, handlerTest(one)],
  ]);
}

const failedEvents = "records that cannot be read, with their original bytes";
const environment = {
  GOOGLE_CLOUD_PROJECT: "project of the topics it publishes to",
  TOPIC_PREFIX: "prefix of all topic names, when several tenants share a project",
};

function manifest({ topic, description }: NewFunction): string {
  // In the layout of the formatter, which writes short lists on one line.
  return `{
  "description": ${JSON.stringify(description)},
  "trigger": { "topics": ["${topic}"] },
  "publishes": {
    "failed-events": "${failedEvents}"
  },
  "archived": ["${topic}"],
  "environment": {
    "GOOGLE_CLOUD_PROJECT": "${environment.GOOGLE_CLOUD_PROJECT}",
    "TOPIC_PREFIX": "${environment.TOPIC_PREFIX}"
  },
  "memory": "512Mi",
  "cpu": 1,
  "concurrency": 16,
  "minInstances": 0,
  "maxInstances": 10,
  "timeoutSeconds": 60
}
`;
}

const wiring = ({ name }: NewFunction): string =>
  `import { cloudEvent } from "@google-cloud/functions-framework";
import { PubSub } from "@google-cloud/pubsub";
import { pino } from "pino";
import { createLinePublisher } from "../../shared/codec/publish-lines.ts";
import { createPublisher } from "../../shared/codec/publish-message.ts";
import { logOptions } from "../../shared/environment/log-options.ts";
import { takeMessages } from "../../shared/environment/take-messages.ts";
import { parseConfig } from "./config.ts";
import { createHandler } from "./handler.ts";

const config = parseConfig(process.env);
const log = pino(logOptions("${name}", config.functionVersion, config.logLevel));
const pubsub = new PubSub({ projectId: config.projectId });
const publish = createLinePublisher(createPublisher(pubsub, config.topicPrefix));
const handle = createHandler({ publish, log, config });

cloudEvent<unknown>("${name}", takeMessages(log, handle));
`;

const config = `import * as z from "zod";
import { commonConfig, commonVariables } from "../../shared/environment/common-variables.ts";
import { parseEnvironment } from "../../shared/environment/parse-environment.ts";

const environment = z.object(commonVariables).transform(commonConfig);

/** @throws {ConfigError} that names each missing or malformed variable, never its value. */
export const parseConfig = (variables: Record<string, string | undefined>) =>
  parseEnvironment(environment, variables);
`;

const handler = ({ topic }: NewFunction): string =>
  `import type { PublishLines } from "../../shared/codec/publish-lines.ts";
import { parsePubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import type { PublishedTopic } from "../../shared/manifest/published-topic.ts";
import type manifest from "./function.json";
import { readMessage } from "./read-message.ts";

type Dependencies = {
  publish: PublishLines<PublishedTopic<typeof manifest>>;
  log: { info: (counts: object, message: string) => void };
  config: { functionVersion: string };
};

/**
 * Handles one Pub/Sub message of \`${topic}\`. Returns, and so acknowledges, only when everything that
 * the message turned into is safe on the next topics; throws when any of it is not, so that
 * Pub/Sub delivers the message again.
 */
export function createHandler({ publish, log, config }: Dependencies) {
  return async (event: unknown): Promise<void> => {
    const delivery = parsePubsubDelivery(event);
    const { values, failed } = readMessage(delivery, config.functionVersion);
    const failedLines = failed.map((one) => JSON.stringify(one));
    await publish("failed-events", "failed-event.v1", failedLines);
    log.info({ records: values.length, failed: failed.length }, "read");
  };
}
`;

const core = ({ name }: NewFunction): string =>
  `import { readRecords } from "../../shared/codec/read-records.ts";
import type { PubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import type { FailedEvent } from "../../shared/events/failed-event.v1.ts";

/** The values of a message's records, and a failed event for each record that holds none. */
export function readMessage(
  delivery: PubsubDelivery,
  functionVersion: string,
): { values: unknown[]; failed: FailedEvent[] } {
  const { read, failed } = readRecords(delivery, {
    stage: "${name}",
    functionVersion,
    read: (value) => ({ read: value }),
  });
  return { values: read, failed };
}
`;

const readme = ({ name, topic, description }: NewFunction): string => `# ${name}

${description}.

## Trigger

Messages of this topic, by push:

| topic | what |
|---|---|
| \`${topic}\` | JSON values, one or a line each |

## In → out

| in | out |
|---|---|
| a record that is JSON | nothing yet |
| any other record | a failed event |

It publishes to:

| topic | why |
|---|---|
| \`failed-events\` | ${failedEvents} |

## Flow

1. \`readMessage\` takes the message apart; a record that cannot be read becomes a failed event.
2. The failed events are published. Only then the message is acknowledged.

## Configuration

| variable | what |
|---|---|
| \`GOOGLE_CLOUD_PROJECT\` | ${environment.GOOGLE_CLOUD_PROJECT} |
| \`TOPIC_PREFIX\` | ${environment.TOPIC_PREFIX} |

\`LOG_LEVEL\` (default \`info\`) is optional; \`K_REVISION\` is set by Cloud Run.

## Failure modes

| what | outcome |
|---|---|
| a record that is no JSON | a failed event; its neighbours are not touched |
| Pub/Sub does not take what is published | the request fails, Pub/Sub delivers the message again |

## Peculiarities

- None yet.
`;

const handlerTest = ({ name, topic }: NewFunction): string =>
  `import { expect, test } from "vitest";
import { createHandler } from "../../../../functions/${name}/handler.ts";
import { messagePublished } from "../../../support/deliveries.ts";

test("keeps what cannot be read, with its original bytes, and answers for its neighbours", async () => {
  const published: { topic: string; schema: string; lines: readonly string[] }[] = [];
  const logged: object[] = [];
  const handle = createHandler({
    publish: async (topic, schema, lines) => void published.push({ topic, schema, lines }),
    log: { info: (counts) => logged.push(counts) },
    config: { functionVersion: "v1" },
  });
  await handle(messagePublished('{"a":1}\\nnot json', "${topic}"));
  expect(logged).toEqual([{ records: 1, failed: 1 }]);
  expect(published).toHaveLength(1);
  expect(published[0]).toMatchObject({ topic: "failed-events", schema: "failed-event.v1" });
  expect(JSON.parse(published[0]?.lines[0] ?? "")).toMatchObject({
    stage: "${name}",
    reason: "malformed-json",
    source_topic: "${topic}",
    original: "bm90IGpzb24=",
  });
});

test("is not acknowledged when its failed events are not safe", async () => {
  const handle = createHandler({
    publish: () => Promise.reject(new Error("unavailable")),
    log: { info: () => undefined },
    config: { functionVersion: "v1" },
  });
  await expect(handle(messagePublished("not json", "${topic}"))).rejects.toThrow("unavailable");
});
`;
