import { cloudEvent } from "@google-cloud/functions-framework";
import { PubSub } from "@google-cloud/pubsub";
import { Storage } from "@google-cloud/storage";
import { pino } from "pino";
import { createPublisher } from "../../shared/codec/publish-message.ts";
import { logOptions } from "../../shared/environment/log-options.ts";
import { takeMessages } from "../../shared/environment/take-messages.ts";
import { parseConfig } from "./config.ts";
import { createHandler } from "./handler.ts";
import { createObjectStore } from "./object-store.ts";

const config = parseConfig(process.env);
const log = pino(logOptions("load-object", config.functionVersion, config.logLevel));
const pubsub = new PubSub({ projectId: config.projectId });
const publish = createPublisher(pubsub, config.topicPrefix);
const store = createObjectStore(new Storage({ projectId: config.projectId }));
const handle = createHandler({ store, publish, now: () => Date.now(), log, config });

cloudEvent<unknown>("load-object", takeMessages(log, handle));
