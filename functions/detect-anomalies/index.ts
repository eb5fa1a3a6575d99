import { BigQuery } from "@google-cloud/bigquery";
import { cloudEvent } from "@google-cloud/functions-framework";
import { PubSub } from "@google-cloud/pubsub";
import { pino } from "pino";
import { createLinePublisher } from "../../shared/codec/publish-lines.ts";
import { createPublisher } from "../../shared/codec/publish-message.ts";
import { logOptions } from "../../shared/environment/log-options.ts";
import { takeMessages } from "../../shared/environment/take-messages.ts";
import { streams } from "../../shared/streams/streams.ts";
import { parseConfig } from "./config.ts";
import { createTotalsFinder } from "./find-totals.ts";
import { createHandler } from "./handler.ts";

const { projectId, topicPrefix, ...config } = parseConfig(process.env);
const log = pino(logOptions("detect-anomalies", config.functionVersion, config.logLevel));
const find = createTotalsFinder(new BigQuery({ projectId }), streams, config);
const publish = createLinePublisher(createPublisher(new PubSub({ projectId }), topicPrefix));
const handle = createHandler({ streams, find, publish, now: () => Date.now(), log, config });

cloudEvent<unknown>("detect-anomalies", takeMessages(log, handle));
