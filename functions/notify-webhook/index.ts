import { cloudEvent } from "@google-cloud/functions-framework";
import { PubSub } from "@google-cloud/pubsub";
import { pino } from "pino";
import { createLinePublisher } from "../../shared/codec/publish-lines.ts";
import { createPublisher } from "../../shared/codec/publish-message.ts";
import { logOptions } from "../../shared/environment/log-options.ts";
import { takeMessages } from "../../shared/environment/take-messages.ts";
import { parseConfig } from "./config.ts";
import { createHandler } from "./handler.ts";
import { createSender } from "./send-request.ts";

const { projectId, topicPrefix, ...config } = parseConfig(process.env);
const log = pino(logOptions("notify-webhook", config.functionVersion, config.logLevel));
const publish = createLinePublisher(createPublisher(new PubSub({ projectId }), topicPrefix));
const now = () => Date.now();
const handle = createHandler({ send: createSender(), publish, now, log, config });

cloudEvent<unknown>("notify-webhook", takeMessages(log, handle));
