import { BigQuery } from "@google-cloud/bigquery";
import { http } from "@google-cloud/functions-framework";
import { pino } from "pino";
import { logOptions } from "../../shared/environment/log-options.ts";
import { takeCalls } from "../../shared/environment/take-calls.ts";
import { parseConfig } from "./config.ts";
import { createDashboard } from "./create-dashboard.ts";
import { takeTargets } from "./http/take-targets.ts";
import { createQueryRunner } from "./queries/run-query.ts";

const config = parseConfig(process.env);
const log = pino(logOptions("serve-dashboard", config.functionVersion, config.logLevel));
const run = createQueryRunner(new BigQuery({ projectId: config.projectId }), config);
const now = () => Date.now();
const targetOf = takeTargets();

http("serve-dashboard", takeCalls(createDashboard({ run, now, log, targetOf, config })));
