import { once } from "node:events";
import { createServer } from "node:http";
import { parseConfig } from "../../functions/receive-webhook/config.ts";
import { guardRequests } from "../../functions/receive-webhook/guard-requests.ts";
import { createHandler } from "../../functions/receive-webhook/handler.ts";
import { createBodyReader } from "../../functions/receive-webhook/read-body.ts";
import { createDeliveryMemory } from "../../functions/receive-webhook/remember-deliveries.ts";
import { standardSecret, xSecret } from "./sign-webhooks.ts";

type PublishedBody = {
  topic: string;
  body: Buffer;
  attributes: Record<string, string>;
};

/** One for all servers of this process, as a guard hides each request from those after it. */
const headOf = guardRequests();

/**
 * The handler of `receive-webhook` behind a plain HTTP server in this process, with a clock that
 * stands at `now` (ms) and a topic that keeps what is published.
 */
export async function serveHandler(now: number, variables: Record<string, string> = {}) {
  const published: PublishedBody[] = [];
  const logged: { severity: string; counts: object }[] = [];
  const write = (severity: string) => (counts: object) => {
    logged.push({ severity, counts });
  };
  const handler = createHandler({
    headOf,
    bodies: createBodyReader(),
    remember: createDeliveryMemory(),
    publish: async (topic, body, attributes) => {
      published.push({ topic, body: Buffer.from(body), attributes });
    },
    now: () => now,
    log: {
      debug: write("DEBUG"),
      info: write("INFO"),
      warn: write("WARNING"),
      error: write("ERROR"),
    },
    config: parseConfig({
      GOOGLE_CLOUD_PROJECT: "demo",
      X_CONSUMER_SECRET: xSecret,
      STANDARD_WEBHOOK_SECRET: standardSecret,
      ...variables,
    }),
  });
  const server = createServer((request, response) => {
    void handler(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    published,
    logged,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
