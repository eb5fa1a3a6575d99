import { channel } from "node:diagnostics_channel";
import { once } from "node:events";
import { createServer } from "node:http";
import { expect, test } from "vitest";
import { standBefore } from "../../../../shared/environment/stand-before.ts";

test("a request is seen once, before anybody else, who then see it in their order", async () => {
  const seen: unknown[] = [];
  let isOpen = false;
  standBefore((request, response, next) => {
    seen.push(`doorkeeper ${request.url}`);
    if (isOpen) next();
    else response.end("closed");
  });
  // Nobody's request.
  for (const announcement of [undefined, null, "", {}, { server: {} }]) {
    channel("http.server.request.start").publish(announcement);
  }
  const server = createServer(function first(this: unknown, request) {
    seen.push([this === server, `first ${request.url}`]);
  });
  server.on("request", (request, response) => {
    seen.push(`second ${request.url}`);
    response.end("open");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  expect(await get("/a")).toBe("closed");
  isOpen = true;
  expect(await get("/b")).toBe("open");
  expect(seen).toEqual(["doorkeeper /a", "doorkeeper /b", [true, "first /b"], "second /b"]);
  server.closeAllConnections();
  server.close();
});
