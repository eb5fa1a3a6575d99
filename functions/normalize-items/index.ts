import { cloudEvent } from "@google-cloud/functions-framework";
import { PubSub } from "@google-cloud/pubsub";
import { pino } from "pino";
import { createLinePublisher } from "../../shared/codec/publish-lines.ts";
import { createPublisher } from "../../shared/codec/publish-message.ts";
import { logOptions } from "../../shared/environment/log-options.ts";
import { takeMessages } from "../../shared/environment/take-messages.ts";
import { parseConfig } from "./config.ts";
import { createHandler } from "./handler.ts";

const config = parseConfig(process.env);
const log = pino(logOptions("normalize-items", config.functionVersion, config.logLevel));
const pubsub = new PubSub({ projectId: config.projectId });
const publish = createLinePublisher(createPublisher(pubsub, config.topicPrefix));
const now = () => Date.now();

cloudEvent<unknown>(
  "normalize-items",
  takeMessages(log, createHandler({ publish, now, log, config })),
);
