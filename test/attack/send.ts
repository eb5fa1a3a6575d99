import { type OutgoingHttpHeaders, request } from "node:http";

/** Longer than any function may take. */
const answerTimeoutMs = 120_000;

/** What became of a request: its status, or that its connection broke or nobody answered. */
export type Answer = number | "broken" | "unanswered";

/** Posts a body and tells what became of it. */
export function post(
  url: string,
  path: string,
  body: Buffer,
  headers: OutgoingHttpHeaders = {},
): Promise<Answer> {
  return new Promise((resolve) => {
    const sent = request(url + path, {
      // One that was kept could be closed by the other side at the moment it is used again.
      agent: false,
      method: "POST",
      timeout: answerTimeoutMs,
      headers: {
        "content-type": "application/json",
        ...(headers["transfer-encoding"] === undefined && { "content-length": body.length }),
        ...headers,
      },
    });
    sent.once("response", (answer) => {
      answer.resume();
      answer.once("end", () => resolve(answer.statusCode ?? "broken"));
      answer.once("error", () => resolve(answer.statusCode ?? "broken"));
    });
    sent.once("timeout", () => {
      resolve("unanswered");
      sent.destroy();
    });
    sent.once("error", () => resolve("broken"));
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
