import { request } from "node:http";
import { connect } from "node:net";

export type Answer = {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
};

/** One HTTP request on a connection of its own, with exactly these headers; an array repeats one. */
export function sendRequest(
  url: string,
  options: {
    method?: string;
    headers?: Record<string, string | string[]>;
    body?: string | Uint8Array;
    /** Send the body in chunks, without its length. */
    chunked?: boolean;
  } = {},
): Promise<Answer> {
  const { method = "POST", headers = {}, body, chunked = false } = options;
  const { hostname, port } = new URL(url);
  // `fetch` and `new URL` would correct a path that the function must see as it is.
  const path = url.slice(url.indexOf("/", "http://".length));
  return new Promise((resolve, reject) => {
    const length =
      body !== undefined && !chunked && !("content-length" in headers)
        ? { "content-length": String(Buffer.byteLength(body)) }
        : {};
    const sent = request({
      hostname,
      port,
      path,
      method,
      headers: { ...headers, ...length },
      agent: false,
    });
    sent.once("error", reject);
    sent.once("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
    });
    if (chunked && body !== undefined) sent.write(body);
    sent.end(chunked ? undefined : body);
  });
}

/** Writes these bytes to a connection of its own and gives back all that comes until it is closed. */
export function sendRaw(url: string, bytes: string | Uint8Array): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let received = "";
    socket.on("data", (chunk: Buffer) => {
      received += chunk.toString("latin1");
    });
    socket.once("error", reject);
    socket.once("close", () => resolve(received));
    socket.end(bytes);
  });
}
