import { cloudEvent } from "@google-cloud/functions-framework";
import { pino } from "pino";
import { logOptions } from "../../shared/environment/log-options.ts";
import { takeMessages } from "../../shared/environment/take-messages.ts";
import { createAppender } from "./append-to-table.ts";
import { createCoalescedAppender } from "./coalesce-rows.ts";
import { parseConfig } from "./config.ts";
import { createHandler } from "./handler.ts";
import { createWriterOpener } from "./open-writer.ts";

const config = parseConfig(process.env);
const log = pino(logOptions("append-rows", config.functionVersion, config.logLevel));
const append = createCoalescedAppender(createAppender(createWriterOpener(config)));

cloudEvent<unknown>("append-rows", takeMessages(log, createHandler({ append, log, config })));
