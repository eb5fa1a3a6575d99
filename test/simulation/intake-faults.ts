import { createSecretKey } from "node:crypto";
import { calm } from "./draw-storm.ts";
import type { ReceivePorts, Twists } from "./functions-under-test.ts";
import { forgersSecrets } from "./invent-webhooks.ts";
import type { PlantedFault } from "./planted-fault.ts";
import { attributesOf, changeHandle } from "./twist-ports.ts";

const ignoreFailure = (): void => undefined;
const webhooks = { ...calm, webhooks: true };

const changePublishing = (
  change: (publish: ReceivePorts["publish"]) => ReceivePorts["publish"],
): Twists => ({ receive: (ports) => ({ ...ports, publish: change(ports.publish) }) });

/** Webhooks that were answered and not taken, or taken and not answered, or never sent; and input that is compressed. */
export const intakeFaults: readonly PlantedFault[] = [
  {
    name: "answers a webhook before it is published",
    sign: "missingReceipts",
    storm: { ...webhooks, failures: 0.3 },
    twists: changePublishing((publish) => async (...asked) => {
      void publish(...asked).catch(ignoreFailure);
    }),
  },
  {
    name: "swallows errors of publishing a webhook",
    sign: "missingReceipts",
    storm: { ...webhooks, failures: 0.3 },
    twists: changePublishing(
      (publish) =>
        (...asked) =>
          publish(...asked).catch(ignoreFailure),
    ),
  },
  {
    name: "drops a webhook whose id it knows",
    sign: "missingReceipts",
    storm: { ...webhooks, failures: 0.3 },
    twists: {
      receive: (ports) => {
        const known = new Set<unknown>();
        return {
          ...ports,
          publish: async (topic, body, attributes) => {
            const id = attributes["webhook-id"];
            if (id !== undefined && known.has(id)) return;
            known.add(id);
            await ports.publish(topic, body, attributes);
          },
        };
      },
    },
  },
  {
    name: "takes a webhook that a stranger has signed",
    sign: "unexpected",
    storm: webhooks,
    twists: {
      receive: (ports) => ({
        ...ports,
        xSecrets: [...ports.xSecrets, createSecretKey(forgersSecrets.x, "utf8")],
      }),
    },
  },
  {
    name: "takes a page that a stranger has signed",
    sign: "wrongReceipts",
    storm: webhooks,
    twists: {
      receive: (ports) => ({
        ...ports,
        standardSecrets: [
          ...ports.standardSecrets,
          createSecretKey(forgersSecrets.standard.replace(/^whsec_/, ""), "base64"),
        ],
      }),
    },
  },
  {
    name: "forgets the secret before the last one",
    sign: "failedInQuiet",
    storm: webhooks,
    twists: {
      receive: (ports) => ({ ...ports, standardSecrets: ports.standardSecrets.slice(0, 1) }),
    },
  },
  {
    name: "never tells the sender of some webhooks that they are taken",
    sign: "unfinished",
    storm: webhooks,
    twists: changePublishing((publish) => async (topic, body, attributes) => {
      await publish(topic, body, attributes);
      if (attributes["webhook-id"]?.endsWith("3")) throw new Error("too late");
    }),
  },
  {
    name: "cannot read what a producer has compressed",
    sign: "unfinished",
    storm: calm,
    twists: changeHandle("normalize-bluesky", (handle) => async (event) => {
      if (attributesOf(event)["content-encoding"] === "zstd") throw new Error("never heard of it");
      return handle(event);
    }),
  },
  {
    name: "publishes the characters of a webhook, not its bytes",
    sign: "missingReceipts",
    storm: webhooks,
    twists: changePublishing(
      (publish) => (topic, body, attributes) =>
        publish(topic, Buffer.from(JSON.stringify(JSON.parse(body.toString()))), attributes),
    ),
  },
];
