import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { startOnFreePorts } from "../../demo/start-on-free-ports.ts";
import { startPubsub } from "../../local-cloud/pubsub/start-pubsub.ts";
import type { Cloud, CloudOptions } from "../../local-cloud/start-cloud.ts";

const options = {
  projectId: "p",
  dataset: "d",
  database: ":memory:",
  logDirectory: "logs",
  onFailure: () => {},
};
const cloud: Cloud = {
  projectId: "p",
  dataset: "d",
  pubsub: "",
  bigquery: "",
  bigqueryWrite: "",
  storage: "",
  bucket: "",
  functions: [],
  backlog: () => undefined,
  deliveries: () => undefined,
  stop: async () => {},
};

const others: Server[] = [];
afterEach(() => {
  for (const one of others.splice(0)) one.close();
});

/** Another checkout, which takes a port that was free a moment ago. */
async function take(port: number): Promise<void> {
  const server = createServer().listen(port, "127.0.0.1");
  others.push(server);
  await once(server, "listening");
}

/** What starts each server of the cloud, as far as a port matters. */
const starts: [
  string,
  (ports: CloudOptions["ports"]) => Promise<unknown>,
  (ports: CloudOptions["ports"]) => number,
][] = [
  [
    "gRPC",
    async ({ pubsub }) => (await startPubsub({ port: pubsub })).stop(),
    ({ pubsub }) => pubsub,
  ],
  ["HTTP", ({ storage }) => take(storage), ({ storage }) => storage],
];

test.each(starts)(
  "a port of %s that another checkout takes meanwhile is changed for another",
  async (_, start, portOf) => {
    const tried: number[] = [];
    await startOnFreePorts(options, async ({ ports }) => {
      tried.push(portOf(ports));
      if (tried.length === 1) await take(portOf(ports));
      await start(ports);
      return cloud;
    });
    expect(tried).toHaveLength(2);
    expect(tried[1]).not.toBe(tried[0]);
  },
);

test("what fails for another reason is not tried again", async () => {
  let tries = 0;
  const start = startOnFreePorts(options, async () => {
    tries += 1;
    throw new Error("no such folder");
  });
  await expect(start).rejects.toThrow("no such folder");
  expect(tries).toBe(1);
});
