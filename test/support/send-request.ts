import { request } from "node:http";

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
