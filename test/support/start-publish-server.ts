import { PubSub } from "@google-cloud/pubsub";
import protos from "@google-cloud/pubsub/build/protos/protos.js";
import { Server, ServerCredentials, type status } from "@grpc/grpc-js";
import { registerUnary } from "../local-cloud/pubsub/register-rpc.ts";
import { RpcError } from "../local-cloud/pubsub/rpc-error.ts";

const { PublishRequest, PublishResponse } = protos.google.pubsub.v1;

/** What was asked to be published at once. */
type Publish = { topic: string; messages: { data: string; attributes: Record<string, string> }[] };

/** The ids that are answered, or the code that is refused with; a promise that does not end is no answer. */
type Answer = (publish: Publish, index: number) => string[] | status | Promise<string[] | status>;

/** Pub/Sub as its publishers see it, on this machine, and a client of it: `answer` has one request after the other. */
export async function startPublishServer(answer: Answer) {
  const published: Publish[] = [];
  const server = new Server();
  const method = {
    path: "/google.pubsub.v1.Publisher/Publish",
    request: PublishRequest,
    response: PublishResponse,
  };
  registerUnary(server, method, async ({ topic, messages }) => {
    const publish = {
      topic,
      messages: messages.map(({ data, attributes }) => ({
        data: Buffer.from(data ?? "").toString(),
        attributes: { ...attributes },
      })),
    };
    published.push(publish);
    const answered = await answer(publish, published.length - 1);
    if (typeof answered === "number") throw new RpcError(answered, "told to");
    return { messageIds: answered };
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  const apiEndpoint = `127.0.0.1:${port}`;
  const client = new PubSub({ projectId: "demo", apiEndpoint, emulatorMode: true });
  return {
    client,
    host: apiEndpoint,
    published,
    /** Breaks all connections, and refuses others. */
    die: () => server.forceShutdown(),
    stop: async () => {
      await client.close();
      server.forceShutdown();
    },
  };
}

/** An id for each message, as Pub/Sub answers. */
export const acknowledge = ({ messages }: Publish): string[] =>
  messages.map((_, index) => String(index + 1));

/** No answer, ever. */
export const saysNothing = (): Promise<never> => new Promise(() => undefined);
