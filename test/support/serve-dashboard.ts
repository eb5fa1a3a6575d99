import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { BigQuery } from "@google-cloud/bigquery";
import { createAppender } from "../../functions/append-rows/append-to-table.ts";
import { createWriterOpener } from "../../functions/append-rows/open-writer.ts";
import { parseConfig } from "../../functions/serve-dashboard/config.ts";
import { createDashboard } from "../../functions/serve-dashboard/create-dashboard.ts";
import { createQueryRunner } from "../../functions/serve-dashboard/queries/run-query.ts";
import type { LocalBigquery } from "../local-cloud/bigquery/start-bigquery.ts";
import { startWarehouse } from "../local-cloud/start-warehouse.ts";
import { createFunction, type Platform, subscribers } from "../simulation/functions-under-test.ts";
import { tenant } from "../simulation/tenant.ts";
import { messagePublished } from "./deliveries.ts";

export const projectId = "dashboard-test";
export const dataset = "hourtally";
const builtPage = join(import.meta.dirname, "../../dist/serve-dashboard/page");

/**
 * The dashboard behind a plain HTTP server in this process, over a local BigQuery, of its own if none is given. What
 * is `count`ed goes through the functions as they are, from the topic to the table, without a
 * network between them. The clock stands at `now` (ms).
 */
export async function serveDashboard(
  now: number,
  variables: Record<string, string> = {},
  started?: Pick<LocalBigquery, "restUrl" | "writeUrl" | "stop">,
) {
  const warehouse = started ?? (await startWarehouse({ projectId, dataset }));
  process.env.BIGQUERY_EMULATOR_HOST = warehouse.restUrl;
  const bigquery = new BigQuery({ projectId });
  const config = parseConfig({
    GOOGLE_CLOUD_PROJECT: projectId,
    BIGQUERY_DATASET: dataset,
    ...variables,
  });
  const clock = { now };
  const queries: string[] = [];
  const failures: unknown[] = [];
  const run = createQueryRunner(bigquery, config);
  const handler = createDashboard({
    run: (query) => {
      queries.push(query.sql);
      return run(query);
    },
    now: () => clock.now,
    log: { debug: () => undefined, error: (details) => failures.push(details) },
    targetOf: (request) => ("url" in request ? String(request.url) : "/"),
    config,
    page: builtPage,
  });
  const server = createServer((request, response) => {
    const { method = "GET", headers, url } = request;
    const asked = { method, headers, url };
    void handler(asked, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    clock,
    bigquery,
    /** Texts of all queries that reached BigQuery. */
    queries,
    /** What was logged as an error. */
    failures,
    count: countIn(warehouse.writeUrl, now),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
      await warehouse.stop();
    },
  };
}

export type ServedDashboard = Awaited<ReturnType<typeof serveDashboard>>;

/** Takes messages through all functions until nothing more follows from them. */
function countIn(writeEndpoint: string, now: number) {
  const append = createAppender(createWriterOpener({ projectId, dataset, writeEndpoint }));
  let published = 0;
  const platform: Platform = {
    now: () => now,
    schedule: (done, ms) => setTimeout(done, ms),
    append,
    publish: async (topic, data, attributes) => {
      published += 1;
      const message = { publishTime: new Date(now).toISOString(), attributes };
      const event = messagePublished(data, tenant + topic, `m${published}`, message);
      await Promise.all(handlersOf(topic).map((handle) => handle(event)));
    },
  };
  const handlers = subscribers.flatMap(({ name, topics }) =>
    name === "load-object" ? [] : [{ topics, handle: createFunction(name, platform, {}) }],
  );
  const handlersOf = (topic: string) =>
    handlers.filter(({ topics }) => topics.includes(topic)).map(({ handle }) => handle);
  return async (lines: readonly string[], topic = "tweets"): Promise<void> => {
    const linesPerMessage = 500;
    for (let at = 0; at < lines.length; at += linesPerMessage) {
      const data = Buffer.from(lines.slice(at, at + linesPerMessage).join("\n"));
      await platform.publish(topic, data, {});
    }
  };
}
