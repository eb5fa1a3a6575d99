import { http } from "@google-cloud/functions-framework";
import { PubSub } from "@google-cloud/pubsub";
import { pino } from "pino";
import { logOptions } from "../../shared/environment/log-options.ts";
import { parseConfig } from "./config.ts";
import { guardRequests } from "./guard-requests.ts";
import { createHandler } from "./handler.ts";
import { createPublisher } from "./publish-body.ts";
import { createBodyReader } from "./read-body.ts";
import { createDeliveryMemory } from "./remember-deliveries.ts";

const config = parseConfig(process.env);
const log = pino(logOptions("receive-webhook", config.functionVersion, config.logLevel));
const publish = createPublisher(new PubSub({ projectId: config.projectId }), config);
const effects = { bodies: createBodyReader(), remember: createDeliveryMemory(), publish };
const now = () => Date.now();

http("receive-webhook", createHandler({ headOf: guardRequests(), ...effects, now, log, config }));
