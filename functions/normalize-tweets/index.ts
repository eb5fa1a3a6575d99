import { cloudEvent } from "@google-cloud/functions-framework";
import { createGcpLoggingPinoConfig } from "@google-cloud/pino-logging-gcp-config";
import { PubSub } from "@google-cloud/pubsub";
import { pino } from "pino";
import { parseConfig } from "./config.ts";
import { createHandler } from "./handler.ts";
import { createPublisher } from "./publish-lines.ts";

const config = parseConfig(process.env);
const log = pino(
  createGcpLoggingPinoConfig(
    {
      serviceContext: { service: "normalize-tweets", version: config.functionVersion },
      traceGoogleCloudProjectId: config.projectId,
      inihibitDiagnosticMessage: true,
    },
    { level: config.logLevel },
  ),
);
const publish = createPublisher(new PubSub({ projectId: config.projectId }), config.topicPrefix);
const now = () => Date.now();

cloudEvent<unknown>("normalize-tweets", createHandler({ publish, now, log, config }));
