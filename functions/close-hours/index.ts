import { BigQuery } from "@google-cloud/bigquery";
import { http } from "@google-cloud/functions-framework";
import { PubSub } from "@google-cloud/pubsub";
import { pino } from "pino";
import { createLinePublisher } from "../../shared/codec/publish-lines.ts";
import { createPublisher } from "../../shared/codec/publish-message.ts";
import { logOptions } from "../../shared/environment/log-options.ts";
import { takeCalls } from "../../shared/environment/take-calls.ts";
import { streams } from "../../shared/streams/streams.ts";
import { parseConfig } from "./config.ts";
import { createHandler } from "./handler.ts";
import { createWarehouse } from "./query-warehouse.ts";

const { projectId, topicPrefix, ...config } = parseConfig(process.env);
const log = pino(logOptions("close-hours", config.functionVersion, config.logLevel));
const warehouse = createWarehouse(new BigQuery({ projectId }), config);
const publish = createLinePublisher(createPublisher(new PubSub({ projectId }), topicPrefix));
const clock = { now: () => Date.now(), random: () => Math.random() };

http("close-hours", takeCalls(createHandler({ streams, warehouse, publish, log, ...clock })));
