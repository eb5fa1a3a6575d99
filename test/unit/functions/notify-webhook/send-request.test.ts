import { createServer, type Server, type ServerResponse } from "node:http";
import { afterEach, expect, test } from "vitest";
import {
  createSender,
  PrivateAddressError,
} from "../../../../functions/notify-webhook/send-request.ts";

type Received = { method: string | undefined; headers: object; body: string };

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A receiver on this machine. */
async function startReceiver(answer: (response: ServerResponse) => void) {
  const received: Received[] = [];
  let connections = 0;
  const started = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    received.push({ method: request.method, headers: request.headers, body });
    answer(response);
  });
  started.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  server = started;
  const address = started.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return { port, received, connections: () => connections };
}

const ok = (response: ServerResponse) => void response.writeHead(204).end();
const anywhere = { isAllowed: () => true, timeoutMs: 10_000 };
const hurried = { ...anywhere, timeoutMs: 300 };
const urlOf = (port: number | undefined, host = "127.0.0.1") =>
  new URL(`http://${host}:${port}/in?a=1`);

test("posts the body with its headers", async () => {
  const { port, received } = await startReceiver(ok);
  const status = await createSender(anywhere)(
    urlOf(port),
    { "webhook-id": "msg_1" },
    '{"text":"ü"}',
  );
  expect(status).toBe(204);
  expect(received).toMatchObject([
    {
      method: "POST",
      headers: { "webhook-id": "msg_1", "content-length": "13" },
      body: '{"text":"ü"}',
    },
  ]);
});

test.each([200, 404, 500])("tells status %d", async (status) => {
  const { port } = await startReceiver((response) => void response.writeHead(status).end("no"));
  expect(await createSender(anywhere)(urlOf(port), {}, "{}")).toBe(status);
});

test("follows no redirect", async () => {
  const { port, received } = await startReceiver(
    (response) => void response.writeHead(307, { location: "/elsewhere" }).end(),
  );
  expect(await createSender(anywhere)(urlOf(port), {}, "{}")).toBe(307);
  expect(received).toHaveLength(1);
});

test("does not wait for the end of an answer without end", async () => {
  const { port } = await startReceiver((response) => {
    response.writeHead(200);
    response.write("x");
  });
  expect(await createSender({ isAllowed: () => true })(urlOf(port), {}, "{}")).toBe(200);
});

test.each<[string, (response: ServerResponse) => void]>([
  ["says nothing", () => undefined],
  ["closes", (response) => void response.destroy()],
  ["answers half a line", (response) => void response.socket?.end("HTTP/1.1 2")],
  ["answers no HTTP", (response) => void response.socket?.end("220 mail.example ESMTP\r\n")],
])("fails when the receiver %s", async (_, answer) => {
  const { port } = await startReceiver(answer);
  await expect(createSender(hurried)(urlOf(port), {}, "{}")).rejects.toThrow();
});

test("fails when nobody is there", async () => {
  const { port } = await startReceiver(ok);
  server?.close();
  await expect(createSender(anywhere)(urlOf(port), {}, "{}")).rejects.toThrow("ECONNREFUSED");
});

test.each(["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])(
  "connects to no private address: %s",
  async (host) => {
    const { port, connections } = await startReceiver(ok);
    await expect(createSender()(urlOf(port, host), {}, "{}")).rejects.toThrow(PrivateAddressError);
    expect(connections()).toBe(0);
  },
);

test("refuses a name of which one address is private, and looks anew for each request", async () => {
  const { port, connections } = await startReceiver(ok);
  const answers = [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], []];
  const isAllowed = (address: string) => address === "127.0.0.1" || address === "8.8.8.8";
  const send = createSender({
    isAllowed,
    lookUp: (_, __, callback) => {
      const addresses = answers.shift() ?? [];
      callback(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      );
    },
  });
  expect(await send(urlOf(port, "hooks.example"), {}, "{}")).toBe(204);
  await expect(send(urlOf(port, "hooks.example"), {}, "{}")).rejects.toThrow(PrivateAddressError);
  await expect(send(urlOf(port, "hooks.example"), {}, "{}")).rejects.toThrow(PrivateAddressError);
  expect(connections()).toBe(1);
});

test("fails when the name is nobody's", async () => {
  const unknown = Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" });
  const send = createSender({ lookUp: (_, __, callback) => callback(unknown, []) });
  await expect(send(new URL("http://nobody.example/"), {}, "{}")).rejects.toThrow("ENOTFOUND");
});
