import { type OutgoingHttpHeaders, request } from "node:http";

/** Longer than any function may take. */
const answerTimeoutMs = 120_000;

/** What became of a request: its status, or that its connection broke or nobody answered. */
export type Answer = number | "broken" | "unanswered";

/** Posts a body and tells what became of it. */
export const post = (
  url: string,
  path: string,
  body: Buffer,
  headers: OutgoingHttpHeaders = {},
): Promise<Answer> =>
  send("POST", url + path, body, {
    "content-type": "application/json",
    ...(headers["transfer-encoding"] === undefined && { "content-length": body.length }),
    ...headers,
  });

/** Asks, and tells what became of it. */
export const get = (url: string, path: string): Promise<Answer> =>
  send("GET", url + path, Buffer.alloc(0), {});

function send(
  method: string,
  url: string,
  body: Buffer,
  headers: OutgoingHttpHeaders,
): Promise<Answer> {
  return new Promise((resolve) => {
    let status: number | undefined;
    const finish = (otherwise: Answer) => {
      clearTimeout(timer);
      resolve(status ?? otherwise);
    };
    // One that was kept could be closed by the other side at the moment it is used again.
    const sent = request(url, { agent: false, method, headers });
    const timer = setTimeout(() => {
      finish("unanswered");
      sent.destroy();
    }, answerTimeoutMs);
    sent.once("response", (answer) => {
      // Told is told, even if the rest of a body that was refused is cut off then.
      status = answer.statusCode;
      answer.resume();
      answer.once("close", () => finish("broken"));
      answer.on("error", () => finish("broken"));
    });
    sent.on("error", () => finish("broken"));
    sent.end(body);
  });
}

let messages = 0;

/** The body of a push of Pub/Sub. */
export function pushBody(topic: string, data: Buffer, attributes: Record<string, string>): Buffer {
  messages += 1;
  const message = {
    data: data.toString("base64"),
    attributes,
    messageId: String(messages),
    publishTime: new Date().toISOString(),
  };
  const subscription = `projects/attack-project/subscriptions/${topic}.attack`;
  return Buffer.from(JSON.stringify({ message, subscription }));
}
