import { cloudEvent } from "@google-cloud/functions-framework";
import { PubSub } from "@google-cloud/pubsub";
import { pino } from "pino";
import { createPublisher } from "../../shared/codec/publish-message.ts";
import { logOptions } from "../../shared/environment/log-options.ts";
import { takeMessages } from "../../shared/environment/take-messages.ts";
import { parseConfig } from "./config.ts";
import { createHandler } from "./handler.ts";

const config = parseConfig(process.env);
const log = pino(logOptions("record-dead-letters", config.functionVersion, config.logLevel));
const pubsub = new PubSub({ projectId: config.projectId });
const publish = createPublisher(pubsub, config.topicPrefix);

cloudEvent<unknown>(
  "record-dead-letters",
  takeMessages(log, createHandler({ publish, log, config })),
);
