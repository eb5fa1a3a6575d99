import domain from "node:domain";
import { once } from "node:events";
import { createServer, request } from "node:http";
import { expect, test } from "vitest";
import { takeCalls } from "../../../../shared/environment/take-calls.ts";

test("calls are small, of a declared length, and their bodies are bytes", async () => {
  const types: unknown[] = [];
  const handle = () => "handled";
  expect(takeCalls(handle)).toBe(handle);
  const server = createServer((incoming, response) => {
    types.push(incoming.headers["content-type"]);
    incoming.resume().once("end", () => response.end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const call = async (headers: Record<string, string | number>, body = "") => {
    const sent = request({ port, host: "127.0.0.1", method: "POST", headers });
    // A refused sender may see its connection close.
    sent.on("error", () => undefined);
    sent.end(body);
    const [answer] = await once(sent, "response");
    answer.resume();
    return answer.statusCode;
  };
  const json = { "content-type": "application/json" };
  expect(await call({ ...json, "content-length": 65_536 }, "x".repeat(65_536))).toBe(200);
  expect(await call({ ...json, "content-length": 65_537 }, "x".repeat(65_537))).toBe(413);
  expect(await call({ ...json, "transfer-encoding": "chunked" }, "{}")).toBe(411);
  expect(types).toEqual(["application/octet-stream"]);
  server.closeAllConnections();
  server.close();
});

test("calls run in no domain", () => {
  takeCalls(() => undefined);
  let active: unknown;
  domain.create().run(() => {
    active = Reflect.get(domain, "active");
  });
  expect(active).toBeFalsy();
});
