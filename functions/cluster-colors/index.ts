import { cloudEvent } from "@google-cloud/functions-framework";
import { PubSub } from "@google-cloud/pubsub";
import { Storage } from "@google-cloud/storage";
import { pino } from "pino";
import { createLinePublisher } from "../../shared/codec/publish-lines.ts";
import { createPublisher } from "../../shared/codec/publish-message.ts";
import { logOptions } from "../../shared/environment/log-options.ts";
import { takeMessages } from "../../shared/environment/take-messages.ts";
import { createObjectReader } from "../../shared/objects/read-object.ts";
import { parseConfig } from "./config.ts";
import { createHandler } from "./handler.ts";

const config = parseConfig(process.env);
const log = pino(logOptions("cluster-colors", config.functionVersion, config.logLevel));
const pubsub = new PubSub({ projectId: config.projectId });
const publish = createLinePublisher(createPublisher(pubsub, config.topicPrefix));
const store = createObjectReader(new Storage({ projectId: config.projectId }));
const handle = createHandler({ store, publish, log, config });

cloudEvent<unknown>("cluster-colors", takeMessages(log, handle));
