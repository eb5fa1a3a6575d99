import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Storage } from "@google-cloud/storage";
import { afterEach, beforeEach, expect, test } from "vitest";
import { waitUntil } from "../support/wait-until.ts";

const SERVER = new URL("../local-cloud/storage/start-storage.ts", import.meta.url).href;
const MIB = 1_048_576;

/** Prints its url, then one line a notification. */
const SCRIPT = `
  const { startStorage } = await import(process.argv[1]);
  const { url } = await startStorage({
    directory: process.argv[2],
    publish: async (_topic, _bytes, attributes) => console.log(JSON.stringify(attributes)),
  });
  console.log(url);
`;

let directory: string;
let server: ChildProcess;
let lines: string[];
let url: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "local-storage-"));
});

afterEach(async () => {
  await kill();
  rmSync(directory, { recursive: true, force: true });
  delete process.env.STORAGE_EMULATOR_HOST;
});

async function start(): Promise<void> {
  server = spawn(
    process.execPath,
    ["--input-type=module", "--eval", SCRIPT, "--", SERVER, directory],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  lines = [];
  if (server.stdout === null) {
    throw new Error("The server has no output");
  }
  const output = createInterface({ input: server.stdout });
  output.on("line", (line) => lines.push(line));
  await waitUntil("the server listens", () => lines.some((line) => line.startsWith("http")));
  url = lines.find((line) => line.startsWith("http")) ?? "";
  process.env.STORAGE_EMULATOR_HOST = url;
}

async function kill(): Promise<void> {
  if (server.exitCode === null && server.signalCode === null) {
    server.kill("SIGKILL");
    await once(server, "exit");
  }
}

function peakMemoryMib(): number {
  const status = readFileSync(`/proc/${server.pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

function* repeated(piece: Buffer, count: number): Generator<Buffer> {
  for (let index = 0; index < count; index += 1) {
    yield piece;
  }
}

// The peak of a process is read from /proc, which Linux has.
test.skipIf(!existsSync("/proc/self/status"))(
  "a 96 MiB object goes in and out while the server's memory stays flat",
  async () => {
    await start();
    const bucket = new Storage({ projectId: "demo" }).bucket("lake");
    await bucket.create();
    const piece = createHash("sha512").update("seed").digest().subarray(0, 64);
    const bytes = Buffer.alloc(MIB, piece);

    async function roundTrip(sizeMib: number): Promise<void> {
      const sent = createHash("sha256");
      const received = createHash("sha256");
      await pipeline(
        Readable.from(repeated(bytes, sizeMib)),
        async function* (source) {
          for await (const sending of source) {
            sent.update(sending);
            yield sending;
          }
        },
        bucket.file("large").createWriteStream({ resumable: true }),
      );
      for await (const receiving of bucket.file("large").createReadStream()) {
        received.update(receiving);
      }
      expect(received.digest("hex")).toBe(sent.digest("hex"));
    }

    await roundTrip(8);
    const before = peakMemoryMib();
    await roundTrip(96);
    const growth = peakMemoryMib() - before;

    // Slurping would add more than the 96 MiB; buffers not yet collected level off below 50.
    expect(growth).toBeLessThan(85);
  },
);

test("killed in mid-upload it leaves no object, and the bytes of a plain upload are removed", async () => {
  await start();
  const bucket = new Storage({ projectId: "demo" }).bucket("lake");
  await bucket.create();
  await bucket.file("before").save("whole");
  const { port } = new URL(url);
  const socket = connect(Number(port), "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write(
    "POST /upload/storage/v1/b/lake/o?uploadType=media&name=half HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n",
  );
  socket.write(Buffer.alloc(MIB, 1));
  const contents = () => readdirSync(join(directory, "content")).length;
  await waitUntil("the upload has begun", () => contents() === 2);
  await kill();

  await start();
  const [files] = await new Storage({ projectId: "demo" }).bucket("lake").getFiles();
  expect(files.map((file) => file.name)).toEqual(["before"]);
  expect(readdirSync(join(directory, "content"))).toHaveLength(1);
});

test("killed between finalizing and publishing it publishes after the next start", async () => {
  const neverPublishes = SCRIPT.replace(
    "console.log(JSON.stringify(attributes))",
    "new Promise(() => {})",
  );
  expect(neverPublishes).not.toBe(SCRIPT);
  server = spawn(
    process.execPath,
    ["--input-type=module", "--eval", neverPublishes, "--", SERVER, directory],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const [first] = await once(server.stdout ?? server, "data");
  process.env.STORAGE_EMULATOR_HOST = String(first).trim();
  const bucket = new Storage({ projectId: "demo" }).bucket("lake");
  await bucket.create();
  await bucket.createNotification("projects/demo/topics/objects");
  await bucket.file("owed").save("1");
  await kill();

  await start();
  await waitUntil("it is published", () => lines.length >= 2);
  expect(lines.filter((line) => line.includes('"objectId":"owed"'))).toHaveLength(1);
});
