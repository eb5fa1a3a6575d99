import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import type { Subscription, Topic } from "@google-cloud/pubsub";
import * as z from "zod";
import { failRecord } from "../../shared/codec/fail-record.ts";
import { parsePubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import { plainAttributes, plainData } from "./plain-data.ts";

const push = z.looseObject({ message: z.looseObject({ data: z.string().default("") }) });

/**
 * A faulty release of a function: it stands before the real one and fails all lines of which
 * `isPoison` says so, as an unknown shape. What it has failed is in `failedLines`. `rollBack` lets
 * the real function take over.
 */
export async function startFaultyRelease(
  failedEvents: Topic,
  release: { subscription: Subscription; url: string; isPoison: (line: string) => boolean },
) {
  const { subscription, url, isPoison } = release;
  const failedLines = new Set<string>();

  const handle = async (path: string, body: unknown): Promise<number> => {
    const delivery = parsePubsubDelivery(body);
    const content = plainData(Buffer.from(delivery.payload, "base64"), delivery.attributes);
    const lines = content.toString().split("\n");
    for (const [number, line] of lines.entries()) {
      if (!isPoison(line)) continue;
      failedLines.add(line);
      const failed = failRecord(delivery, {
        stage: "normalize-tweets",
        functionVersion: "faulty",
        reason: "unknown-shape",
        issues: [],
        items: 1,
        position: `records[${number}]`,
        original: Buffer.from(line),
        isEncoded: false,
      });
      for (const one of failed) await failedEvents.publishMessage({ json: one });
    }
    const rest = lines.filter((line) => !isPoison(line));
    if (rest.length === 0) return 204;
    const pushed = push.parse(body);
    const attributes = plainAttributes(delivery.attributes);
    const data = Buffer.from(rest.join("\n")).toString("base64");
    const answer = await fetch(url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...pushed, message: { ...pushed.message, attributes, data } }),
    });
    return answer.status;
  };

  const server = createServer((request, response) => {
    json(request)
      .then((body) => handle(request.url ?? "", body))
      .then((status) => response.writeHead(status).end())
      .catch(() => response.writeHead(500).end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const path = `/projects/${failedEvents.pubsub.projectId}/topics/${subscription.name.split("/").at(-1)?.split(".")[0]}`;
  await subscription.modifyPushConfig({ pushEndpoint: `http://127.0.0.1:${port}${path}` });
  return {
    failedLines,
    rollBack: async () => {
      await subscription.modifyPushConfig({ pushEndpoint: url + path });
      server.close();
      server.closeAllConnections();
    },
  };
}
