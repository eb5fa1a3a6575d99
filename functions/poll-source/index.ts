import { http } from "@google-cloud/functions-framework";
import { PubSub } from "@google-cloud/pubsub";
import { Storage } from "@google-cloud/storage";
import { pino } from "pino";
import { createPublisher } from "../../shared/codec/publish-message.ts";
import { logOptions } from "../../shared/environment/log-options.ts";
import { takeCalls } from "../../shared/environment/take-calls.ts";
import { parseConfig } from "./config.ts";
import { createFetcher } from "./fetch-page.ts";
import { createHandler } from "./handler.ts";
import { openLake } from "./open-lake.ts";
import { publicServers } from "./public-servers.ts";

const { projectId, topicPrefix, bucket, ...config } = parseConfig(process.env);
const log = pino(logOptions("poll-source", config.functionVersion, config.logLevel));
const publish = createPublisher(new PubSub({ projectId }), topicPrefix);
const lake = openLake(new Storage({ projectId }).bucket(bucket));
const ports = { ...lake, fetchPage: createFetcher(publicServers), publish, now: Date.now };
http("poll-source", takeCalls(createHandler({ ...ports, log, config })));
