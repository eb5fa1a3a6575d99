import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { portOf } from "../local-cloud/tcp-port.ts";

/** One request that has come, with its body as text. */
export type RestRequest = { method: string; url: URL; body: string };

/** Answers one request, now or later or never; `index` counts them from 0. */
export type RestAnswer = (response: ServerResponse, request: RestRequest, index: number) => void;

/** A REST service on this machine that answers as told. */
export async function startRestServer(answer: RestAnswer) {
  const requests: RestRequest[] = [];
  const server = createServer(async (incoming, response) => {
    let body = "";
    for await (const chunk of incoming) body += String(chunk);
    const request = {
      method: incoming.method ?? "",
      url: new URL(incoming.url ?? "/", "http://server"),
      body,
    };
    requests.push(request);
    answer(response, request, requests.length - 1);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    requests,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with JSON. */
export function answerJson(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

const refusal = (code: number, reason: string) => (response: ServerResponse) => {
  const message = "told to";
  answerJson(response, { error: { code, message, errors: [{ reason, message }] } }, code);
};

/** What a service of Google's may do instead of answering, as long as it says anything. */
export const badAnswers: [what: string, answer: (response: ServerResponse) => void][] = [
  ["refuses", refusal(403, "accessDenied")],
  ["knows nothing of it", refusal(404, "notFound")],
  ["does not understand", refusal(400, "invalidQuery")],
  ["has no quota left", refusal(429, "rateLimitExceeded")],
  ["fails", refusal(503, "backendError")],
  ["fails in HTML", (response) => void response.writeHead(502).end("<h1>Bad Gateway</h1>")],
  ["answers half", half],
  ["closes", (response) => void response.destroy()],
];

/** JSON that ends in the middle, in a body that is as long as it says. */
function half(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end('{"jobComplete":true,"rows":[{"f":[{"v":"');
}
