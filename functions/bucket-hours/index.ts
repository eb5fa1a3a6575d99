import { cloudEvent } from "@google-cloud/functions-framework";
import { PubSub } from "@google-cloud/pubsub";
import { pino } from "pino";
import { logOptions } from "../../shared/environment/log-options.ts";
import { logged } from "../../shared/environment/logged.ts";
import { createCounter } from "./coalesce-increments.ts";
import { parseConfig } from "./config.ts";
import { createHandler } from "./handler.ts";
import { createPublisher } from "./publish-lines.ts";

const config = parseConfig(process.env);
const log = pino(logOptions("bucket-hours", config.functionVersion, config.logLevel));
const publish = createPublisher(new PubSub({ projectId: config.projectId }), config.topicPrefix);
const now = () => Date.now();
const count = createCounter(publish, now);

cloudEvent<unknown>(
  "bucket-hours",
  logged(log, createHandler({ count, publish, now, log, config })),
);
