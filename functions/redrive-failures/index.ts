import { BigQuery } from "@google-cloud/bigquery";
import { http } from "@google-cloud/functions-framework";
import { PubSub } from "@google-cloud/pubsub";
import { pino } from "pino";
import { logOptions } from "../../shared/environment/log-options.ts";
import { takeCalls } from "../../shared/environment/take-calls.ts";
import { parseConfig } from "./config.ts";
import { createFailureFinder } from "./find-failures.ts";
import { createHandler } from "./handler.ts";
import { createPublisher } from "./publish-message.ts";

const config = parseConfig(process.env);
const log = pino(logOptions("redrive-failures", config.functionVersion, config.logLevel));
const find = createFailureFinder(new BigQuery({ projectId: config.projectId }), config);
const publish = createPublisher(new PubSub({ projectId: config.projectId }));

const handle = createHandler({ find, publish, now: () => Date.now(), log, config });

http("redrive-failures", takeCalls(handle));
