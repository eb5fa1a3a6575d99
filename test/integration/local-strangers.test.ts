import { execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBigquery } from "../local-cloud/bigquery/start-bigquery.ts";
import { startPubsub } from "../local-cloud/pubsub/start-pubsub.ts";
import { runFunction } from "../local-cloud/run-function.ts";
import { startMetadata } from "../local-cloud/start-metadata.ts";
import { startStorage } from "../local-cloud/storage/start-storage.ts";
import { portOf } from "../local-cloud/tcp-port.ts";

const chromium = "/usr/bin/chromium";
const manifest = { name: "chatter", trigger: { http: "public" as const } };
const answersAll = "exports.chatter = (request, response) => response.send('read');";

let folder: string;
/** Base address of each server that speaks HTTP/1.1, by name. */
let urls: Record<string, string> = {};
let grpc: string[] = [];
const started: { stop: () => Promise<void> }[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hourtally-strangers-"));
  await writeFile(join(folder, "index.js"), answersAll);
  const options = { environment: {}, logDirectory: folder, bundle: folder };
  const bigquery = await startBigquery();
  const metadata = await startMetadata();
  const pubsub = await startPubsub();
  const storage = await startStorage({
    directory: join(folder, "lake"),
    publish: async () => undefined,
  });
  const running = await runFunction(manifest, options);
  started.push(bigquery, metadata, pubsub, storage, running);
  urls = {
    bigquery: `${bigquery.restUrl}/discovery/v1/apis/bigquery/v2/rest`,
    metadata: `http://${metadata.address}/computeMetadata/v1/instance/service-accounts/default/token`,
    storage: `${storage.url}/storage/v1/b?project=demo`,
    function: `${running.url}/`,
  };
  grpc = [`http://${pubsub.address}/`, `${bigquery.writeUrl}/`];
});

afterAll(async () => {
  for (const one of started.toReversed()) await one.stop();
  await rm(folder, { recursive: true });
});

const servers = ["bigquery", "metadata", "storage", "function"];

/** The status that a request with these headers is answered with. */
function ask(url: string, headers: Record<string, string>, method = "GET") {
  return new Promise<number | undefined>((resolve, reject) => {
    const asked = request(url, { headers, method, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.once("error", reject).end();
  });
}

describe.each(servers)("%s", (name) => {
  test("answers a program of this machine", async () => {
    const url = urls[name] ?? "";
    const { port } = new URL(url);
    expect(await ask(url, {})).toBe(200);
    expect(await ask(url, { host: `localhost:${port}` })).toBe(200);
    expect(await ask(url, { host: `[::1]:${port}` })).toBe(200);
    expect(await ask(url, { "sec-fetch-site": "none" })).toBe(200);
    const own = { origin: `http://127.0.0.1:${port}`, "sec-fetch-site": "same-origin" };
    expect(await ask(url, own)).toBe(200);
  });

  test.each([
    ["a name that was made to mean this machine", { host: "pages.example:8080" }],
    ["a name that begins as this machine", { host: "127.0.0.1.pages.example" }],
    ["a page of another site", { origin: "https://pages.example" }],
    ["a page of another port", { origin: "http://127.0.0.1:1" }],
    ["a page of a file, or of a frame in a sandbox", { origin: "null" }],
    ["an image on a page of another site", { "sec-fetch-site": "cross-site" }],
    ["an image on a page of another port", { "sec-fetch-site": "same-site" }],
  ])("refuses %s", async (_, headers) => {
    const url = urls[name] ?? "";
    expect(await ask(url, headers)).toBe(403);
    expect(await ask(url, headers, "POST")).toBe(403);
    expect(await ask(url, headers, "OPTIONS")).toBe(403);
  });
});

test("what speaks gRPC has no answer for a browser", async () => {
  for (const url of grpc) await expect(ask(url, {}, "POST")).rejects.toThrow();
});

test("what speaks gRPC takes no call that hides in the body of a page's request", async () => {
  // With no-cors a page may post any text: here the beginning of a connection of HTTP/2, and a call.
  const hidden = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
  for (const url of grpc) {
    const { hostname, port, host } = new URL(url);
    const socket = connect(Number(port), hostname);
    let answered = "";
    socket.on("data", (chunk: Buffer) => {
      answered += chunk.toString("latin1");
    });
    socket.on("error", () => undefined);
    const closed = once(socket, "close");
    socket.write(
      `POST / HTTP/1.1\r\nHost: ${host}\r\nOrigin: https://pages.example\r\nContent-Type: text/plain\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
    );
    await closed;
    // At most what HTTP/2 says first, and that it goes away: no frame of headers, which is of type 1.
    expect(typesOfFrames(Buffer.from(answered, "latin1"))).not.toContain(1);
  }
});

/** RFC 9113, 4.1. */
function typesOfFrames(bytes: Buffer): number[] {
  const types: number[] = [];
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    types.push(bytes[at + 3] ?? 0);
  }
  return types;
}

test.each([
  "SELECT * FROM `read_text`('/etc/hostname')",
  "SELECT * FROM `/etc/hostname`",
  "SELECT * FROM hourtally.`read_text('/etc/hostname')`",
  "SELECT `read_text`('/etc/hostname')",
  "SELECT getenv('PATH')",
])("no statement reads what is not in the warehouse: %s", async (query) => {
  const { origin } = new URL(urls.bigquery ?? "");
  const answer = await fetch(`${origin}/bigquery/v2/projects/demo/queries`, {
    method: "POST",
    body: JSON.stringify({ query, useLegacySql: false }),
  });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
});

/** Tries all that a page can, and writes down what it could read. */
const page = (targets: readonly string[]) => `<!doctype html><body><script>
  const read = [];
  const bucket = JSON.stringify({ name: "taken-over" });
  const attempts = ${JSON.stringify(targets)}.flatMap((url) => [
    fetch(url).then((answer) => answer.text()).then((text) => read.push(text)),
    fetch(url, { mode: "no-cors", method: "POST", body: bucket }),
    fetch(url, { method: "DELETE" }).then(() => read.push("deleted")),
  ]);
  Promise.allSettled(attempts).then(() => {
    document.body.textContent = "tried " + attempts.length + ", read " + read.length;
  });
</script></body>`;

test.skipIf(!existsSync(chromium))(
  "a page in a browser reads and changes nothing",
  async () => {
    const targets = [...Object.values(urls), ...grpc];
    const site = createServer((_, response) => {
      response.setHeader("content-type", "text/html");
      response.end(page(targets));
    }).listen(0, "127.0.0.1");
    await once(site, "listening");
    try {
      const { stdout } = await promisify(execFile)(
        chromium,
        [
          "--headless",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-background-networking",
          `--user-data-dir=${join(folder, "browser")}`,
          "--virtual-time-budget=10000",
          "--dump-dom",
          `http://localhost:${portOf(site.address())}/`,
        ],
        { timeout: 120_000 },
      );
      expect(stdout).toContain("tried 18, read 0");
      const buckets = await fetch(urls.storage ?? "");
      expect(await buckets.text()).not.toContain("taken-over");
    } finally {
      site.closeAllConnections();
      site.close();
    }
  },
  40_000,
);
