import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { type Bucket, IdempotencyStrategy, Storage } from "@google-cloud/storage";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startStorage } from "../local-cloud/storage/start-storage.ts";
import { waitUntil } from "../support/wait-until.ts";

type Message = { topic: string; data: string; attributes: Record<string, string> };

const TOPIC = "projects/demo/topics/objects";

let directory: string;
let server: Awaited<ReturnType<typeof startStorage>>;
let messages: Message[];
let refusals: number;
let bucket: Bucket;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "local-storage-"));
  messages = [];
  refusals = 0;
  await start();
  bucket = clientOf(server.url).bucket("lake");
  await bucket.create();
});

afterEach(async () => {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
  delete process.env.STORAGE_EMULATOR_HOST;
});

async function start(port = 0): Promise<void> {
  server = await startStorage({
    port,
    directory,
    publish: async (topic, data, attributes) => {
      if (refusals > 0) {
        refusals -= 1;
        throw new Error("the topic refuses");
      }
      messages.push({ topic, data: Buffer.from(data).toString(), attributes });
    },
  });
}

async function restart(): Promise<void> {
  const { port } = new URL(server.url);
  await server.stop();
  await start(Number(port));
  // The clients' pools must notice that their idle connections are gone.
  await delay(50);
}

function clientOf(url: string, retryOptions = {}): Storage {
  process.env.STORAGE_EMULATOR_HOST = url;
  return new Storage({ projectId: "demo", retryOptions });
}

/** Bytes that differ from place to place, the same at every run. */
function patternedBytes(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4) {
    bytes.writeUInt32LE(Math.imul(at + 1, 2_654_435_761) >>> 0, at);
  }
  return bytes;
}

async function waitForMessages(count: number): Promise<Message[]> {
  await waitUntil(`${count} messages`, () => messages.length >= count);
  return messages;
}

function contentFiles(): string[] {
  return readdirSync(join(directory, "content"));
}

async function statusOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return 200;
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
}

describe("buckets", () => {
  test("are created once, found, listed by project, labelled, and deleted when empty", async () => {
    const storage = clientOf(server.url);
    expect(await statusOf(storage.createBucket("lake"))).toBe(409);
    expect(await statusOf(storage.createBucket("../lake"))).toBe(400);
    await storage.createBucket("reservoir", { location: "europe-west3" });
    await storage.bucket("reservoir").setLabels({ team: "tally" });
    await storage.bucket("reservoir").file("kept").save("1");

    const [buckets] = await storage.getBuckets();
    const [metadata] = await storage.bucket("reservoir").getMetadata();

    expect(buckets.map((listed) => listed.name)).toEqual(["lake", "reservoir"]);
    expect(metadata).toMatchObject({
      location: "EUROPE-WEST3",
      labels: { team: "tally" },
      metageneration: "2",
    });
    expect(await storage.bucket("puddle").exists()).toEqual([false]);
    expect((await new Storage({ projectId: "other" }).getBuckets())[0]).toEqual([]);
    expect(await statusOf(storage.bucket("reservoir").delete())).toBe(409);
    await storage.bucket("reservoir").file("kept").delete();
    await storage.bucket("reservoir").delete();
    expect(await storage.bucket("reservoir").exists()).toEqual([false]);
  });

  test("refuse what they cannot do", async () => {
    const storage = clientOf(server.url);

    expect(await statusOf(storage.createBucket("b-1", { versioning: { enabled: true } }))).toBe(
      501,
    );
    expect(
      await statusOf(
        bucket.addLifecycleRule({ action: { type: "Delete" }, condition: { age: 1 } }),
      ),
    ).toBe(501);
    expect(await statusOf(storage.createBucket("b-2", { versioning: { enabled: false } }))).toBe(
      200,
    );
  });
});

describe("uploads and downloads", () => {
  test.each([
    ["multipart", { resumable: false }],
    ["resumable, one request", { resumable: true }],
    ["resumable, chunks", { resumable: true, chunkSize: 262_144 }],
    ["resumable, MD5", { resumable: true, validation: "md5" as const }],
  ])("%s: what goes in comes out, checksums agreed", async (_name, options) => {
    const bytes = patternedBytes(1_000_003);
    const file = bucket.file("landing/tweets/a b.jsonl");
    await file.save(bytes, {
      ...options,
      contentType: "application/x-ndjson",
      metadata: { metadata: { source: "test" }, cacheControl: "no-store" },
    });

    const [downloaded] = await file.download({ validation: "md5" });
    const [again] = await file.download({ validation: "crc32c" });
    const [metadata] = await file.getMetadata();

    expect(downloaded.equals(bytes)).toBe(true);
    expect(again.equals(bytes)).toBe(true);
    expect(metadata).toMatchObject({
      name: "landing/tweets/a b.jsonl",
      bucket: "lake",
      contentType: "application/x-ndjson",
      cacheControl: "no-store",
      metadata: { source: "test" },
      metageneration: "1",
      storageClass: "STANDARD",
    });
    expect(Number(metadata.size)).toBe(1_000_003);
    expect(Number(metadata.generation)).toBeGreaterThan(1.7e15);
  });

  test("media in one request, without a client", async () => {
    const uploaded = await fetch(
      `${server.url}/upload/storage/v1/b/lake/o?uploadType=media&name=plain.txt`,
      { method: "POST", body: "hello", headers: { "content-type": "text/plain" } },
    );
    expect(await uploaded.json()).toMatchObject({
      size: "5",
      // printf hello | md5sum, and the CRC-32C of the same five bytes.
      md5Hash: "XUFAKrxLKna5cZ2REBfFkg==",
      crc32c: "mnG7TA==",
      contentType: "text/plain",
    });
    const downloaded = await fetch(`${server.url}/storage/v1/b/lake/o/plain.txt?alt=media`);
    expect(await downloaded.text()).toBe("hello");
    expect(downloaded.headers.get("x-goog-hash")).toBe(
      "crc32c=mnG7TA==,md5=XUFAKrxLKna5cZ2REBfFkg==",
    );
  });

  test("an empty object", async () => {
    for (const resumable of [true, false]) {
      const file = bucket.file(`empty-${resumable}`);
      await file.save("", { resumable });
      expect((await file.download())[0]).toHaveLength(0);
      expect((await file.getMetadata())[0].crc32c).toBe("AAAAAA==");
    }
  });

  test("ranges", async () => {
    const bytes = patternedBytes(300_000);
    const file = bucket.file("ranged");
    await file.save(bytes);

    const middle = (await file.download({ start: 100, end: 70_000 }))[0];
    expect(middle.equals(bytes.subarray(100, 70_001))).toBe(true);
    expect((await file.download({ start: 299_990 }))[0].equals(bytes.subarray(299_990))).toBe(true);
    expect((await file.download({ end: -7 }))[0].equals(bytes.subarray(-7))).toBe(true);
    expect(await statusOf(file.download({ start: 300_000 }))).toBe(416);
  });

  test("corrupted bytes on the disk are noticed by the client", async () => {
    await bucket.file("corrupt").save("the bytes as they were");
    const [content = ""] = contentFiles();
    writeFileSync(join(directory, "content", content), "the bytes as they wEre");

    expect(await statusOf(bucket.file("corrupt").download())).toBe("CONTENT_DOWNLOAD_MISMATCH");
  });

  test("bytes that are not what the client declared make no object", async () => {
    const declared = { "x-goog-hash": "crc32c=AAAAAA==" };
    const url = `${server.url}/upload/storage/v1/b/lake/o?name=wrong`;
    const media = await fetch(`${url}&uploadType=media`, {
      method: "POST",
      body: "not empty",
      headers: declared,
    });
    const session = await fetch(`${url}&uploadType=resumable`, { method: "POST", body: "{}" });
    const resumable = await fetch(session.headers.get("location") ?? "", {
      method: "PUT",
      body: "not empty",
      headers: declared,
    });

    expect(media.status).toBe(400);
    expect(await media.text()).toContain("doesn't match calculated CRC32C");
    expect(resumable.status).toBe(400);
    expect(await bucket.file("wrong").exists()).toEqual([false]);
    expect(contentFiles()).toEqual([]);
  });

  test("a refused upload is read to its end, and its connection serves the next request", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const multipart = `--cut\r\n\r\n{}\r\n--cut\r\n\r\n${"x".repeat(5_000_000)}\r\n--cut--`;
    const ports: unknown[] = [];
    for (const bucketName of ["puddle", "lake"]) {
      const upload = request(
        `${server.url}/upload/storage/v1/b/${bucketName}/o?uploadType=multipart&name=a`,
        {
          agent,
          method: "POST",
          headers: { "content-type": "multipart/related; boundary=cut" },
        },
      ).end(multipart);
      const [answer] = await once(upload, "response");
      ports.push(answer.statusCode, answer.socket.localPort);
      await once(answer.resume(), "end");
    }
    agent.destroy();

    expect(ports).toEqual([404, ports[1], 200, ports[1]]);
  });

  test("gzip content is sent as stored, decompressed only to a client that does not accept it", async () => {
    const text = "hour,url\n".repeat(1000);
    const stored = gzipSync(text);
    const file = bucket.file("stored.csv");
    await file.save(stored, { metadata: { contentEncoding: "gzip", contentType: "text/csv" } });
    const url = `${server.url}/storage/v1/b/lake/o/stored.csv?alt=media`;

    const asStored = (await file.download({ decompress: false }))[0];
    const byClient = (await file.download())[0];
    const range = await fetch(url, {
      headers: { range: "bytes=0-1", "accept-encoding": "identity" },
    });

    expect(asStored.equals(stored)).toBe(true);
    expect(byClient.toString()).toBe(text);
    expect(await range.text()).toBe(text);
    expect(range.status).toBe(200);
    expect(range.headers.get("content-encoding")).toBeNull();
    expect(range.headers.get("x-goog-stored-content-encoding")).toBe("gzip");
  });

  test("a missing object or bucket is 404, to uploads as well", async () => {
    expect(await statusOf(bucket.file("none").download())).toBe(404);
    expect(await statusOf(bucket.file("none").getMetadata())).toBe(404);
    expect(await statusOf(bucket.file("none").delete())).toBe(404);
    const puddle = clientOf(server.url).bucket("puddle");
    expect(await statusOf(puddle.file("a").save("1", { resumable: false }))).toBe(404);
    expect(await statusOf(puddle.file("a").createResumableUpload())).toBe(404);
  });
});

describe("resumable uploads", () => {
  const bytes = patternedBytes(3_000_000);

  test("go on after the connection breaks in mid-chunk", async () => {
    const proxy = await startBreakingProxy(server.url, 1_500_000);
    const lake = clientOf(proxy.url, {
      idempotencyStrategy: IdempotencyStrategy.RetryAlways,
    }).bucket("lake");

    await pipeline(
      Readable.from([bytes.subarray(0, 900_000), bytes.subarray(900_000)]),
      lake.file("broken").createWriteStream({ resumable: true, chunkSize: 1_048_576 }),
    );

    expect(proxy.broken()).toBe(1);
    expect((await bucket.file("broken").download())[0].equals(bytes)).toBe(true);
    proxy.close();
  });

  test("go on after the server was restarted in between", async () => {
    const file = bucket.file("restarted");
    const [uri] = await file.createResumableUpload();
    const first = await fetch(uri, {
      method: "PUT",
      headers: { "content-range": "bytes 0-1048575/3000000" },
      body: new Uint8Array(bytes.subarray(0, 1_048_576)),
    });
    expect([first.status, first.headers.get("range")]).toEqual([308, "bytes=0-1048575"]);
    expect(await file.exists()).toEqual([false]);

    await restart();
    const status = await fetch(uri, { method: "PUT", headers: { "content-range": "bytes */*" } });
    expect([status.status, status.headers.get("range")]).toEqual([308, "bytes=0-1048575"]);
    await pipeline(
      Readable.from([bytes]),
      file.createWriteStream({ resumable: true, uri, validation: false }),
    );

    const [downloaded] = await file.download({ validation: "md5" });
    expect(downloaded.equals(bytes)).toBe(true);
    const repeated = await fetch(uri, { method: "PUT", headers: { "content-range": "bytes */*" } });
    expect(await repeated.json()).toMatchObject({ name: "restarted", size: "3000000" });
  });

  test("count overlapping bytes once, refuse a gap, a short chunk and too many bytes", async () => {
    const [uri] = await bucket.file("overlap").createResumableUpload();
    const put = async (range: string, body: Buffer) =>
      fetch(uri, {
        method: "PUT",
        headers: { "content-range": range },
        body: new Uint8Array(body),
      });

    expect((await put("bytes 0-99999/*", bytes.subarray(0, 100_000))).status).toBe(400);
    expect((await put("bytes 0-299999/*", bytes.subarray(0, 300_000))).status).toBe(308);
    expect((await put("bytes 300001-599999/*", bytes.subarray(300_001, 600_000))).status).toBe(503);
    expect((await put("bytes 200000-599999/*", bytes.subarray(200_000, 600_000))).status).toBe(308);
    expect((await put("bytes 600000-*/600010", bytes.subarray(600_000, 600_020))).status).toBe(400);
    expect((await put("bytes 600000-*/600010", bytes.subarray(600_000, 600_010))).status).toBe(200);

    const [downloaded] = await bucket.file("overlap").download();
    expect(downloaded.equals(bytes.subarray(0, 600_010))).toBe(true);
  });

  test("a broken connection keeps what arrived and makes no object", async () => {
    const [uri] = await bucket.file("half").createResumableUpload();
    const { hostname, port, pathname, search } = new URL(uri);
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    socket.write(
      `PUT ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: 3000000\r\nContent-Range: bytes 0-2999999/3000000\r\n\r\n`,
    );
    socket.on("error", () => {});
    socket.write(bytes.subarray(0, 2_000_000));
    const written = () => {
      const [file] = contentFiles();
      return file === undefined ? 0 : statSync(join(directory, "content", file)).size;
    };
    await expect.poll(written, { interval: 20 }).toBeGreaterThan(1_000_000);
    const least = written();
    // A status request while the first is still open: its client has given up on that one.
    const status = await fetch(uri, { method: "PUT", headers: { "content-range": "bytes */*" } });

    const last = /^bytes=0-(\d+)$/.exec(status.headers.get("range") ?? "")?.[1];
    const kept = Number(last) + 1;
    expect(kept).toBeGreaterThanOrEqual(least);
    expect(kept).toBeLessThanOrEqual(2_000_000);
    expect(await bucket.file("half").exists()).toEqual([false]);
    socket.destroy();
    const rest = await fetch(uri, {
      method: "PUT",
      headers: { "content-range": `bytes ${kept}-2999999/3000000` },
      body: new Uint8Array(bytes.subarray(kept, 3_000_000)),
    });
    expect(rest.status).toBe(200);
    const [whole] = await bucket.file("half").download();
    expect(whole.equals(bytes.subarray(0, 3_000_000))).toBe(true);
  });

  test("a cancelled upload is gone for good", async () => {
    const [uri] = await bucket.file("cancelled").createResumableUpload();
    await fetch(uri, {
      method: "PUT",
      headers: { "content-range": "bytes 0-262143/*" },
      body: new Uint8Array(262_144),
    });

    expect((await fetch(uri, { method: "DELETE" })).status).toBe(499);
    expect((await fetch(uri, { method: "PUT", body: "rest" })).status).toBe(499);
    expect(contentFiles()).toEqual([]);
    expect((await fetch(`${uri}x`, { method: "DELETE" })).status).toBe(404);
  });

  /** Passes bytes on to the server; breaks the first connection that has brought `limit` of them. */
  async function startBreakingProxy(target: string, limit: number) {
    let passed = 0;
    let broken = 0;
    const proxy: Server = createServer((client) => {
      const upstream = connect(Number(new URL(target).port), "127.0.0.1");
      client.on("error", () => {});
      upstream.on("error", () => {});
      client.on("close", () => upstream.destroy());
      upstream.on("close", () => client.destroy());
      upstream.pipe(client);
      client.on("data", (piece: Buffer) => {
        passed += piece.length;
        if (broken === 0 && passed > limit) {
          broken += 1;
          client.pause();
          upstream.write(piece, () => client.destroy());
        } else {
          upstream.write(piece);
        }
      });
    });
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
    const address = proxy.address();
    const port = typeof address === "object" ? address?.port : 0;
    return { url: `http://127.0.0.1:${port}`, broken: () => broken, close: () => proxy.close() };
  }
});

describe("names", () => {
  test("of any kind are stored, listed, read and deleted, and reach no other file", async () => {
    const before = readdirSync(join(directory, "..")).length;
    const names = [
      "../../../../tmp/escaped",
      "..%2f..%2fescaped",
      "/absolute",
      "a/../b",
      "a//b/",
      "100%/50%25.csv",
      "space and + plus?query#hash",
      "üñí/😀/\u0301",
      "back\\slash:star*",
      "con.txt;rm -rf",
      "x".repeat(1024),
    ];
    for (const name of names) {
      await bucket.file(name).save(name, { resumable: name.length % 2 === 0 });
    }

    const [files] = await bucket.getFiles();
    expect(files.map((file) => file.name).toSorted()).toEqual(names.toSorted());
    for (const name of names) {
      expect((await bucket.file(name).download())[0].toString()).toBe(name);
    }
    expect(readdirSync(directory).toSorted()).toEqual(["content", "journal.ndjson"]);
    expect(contentFiles().every((name) => /^[0-9a-f-]{36}$/.test(name))).toBe(true);
    expect(readdirSync(join(directory, ".."))).toHaveLength(before);
    await bucket.deleteFiles({ prefix: "" });
    expect((await bucket.getFiles())[0]).toEqual([]);
  });

  test("that Cloud Storage refuses are refused", async () => {
    for (const name of ["a\nb", "y".repeat(1025), "."]) {
      expect(await statusOf(bucket.file(name).save("1", { resumable: false }))).toBe(400);
    }
    const raw = await fetch(`${server.url}/storage/v1/b/lake/o/%ff?alt=media`);
    expect(raw.status).toBe(400);
  });

  test("are listed by prefix, folder and page", async () => {
    for (const name of ["landing/a", "landing/tweets/1", "landing/tweets/2", "reports/1"]) {
      await bucket.file(name).save("");
    }

    const [tweets] = await bucket.getFiles({ prefix: "landing/tweets/" });
    expect(tweets.map((file) => file.name)).toEqual(["landing/tweets/1", "landing/tweets/2"]);
    const [files, , answer] = await bucket.getFiles({
      prefix: "landing/",
      delimiter: "/",
      autoPaginate: false,
    });
    expect(files.map((file) => file.name)).toEqual(["landing/a"]);
    expect(answer).toMatchObject({ prefixes: ["landing/tweets/"] });
    const paged: string[] = [];
    let query: object | null = { maxResults: 1, autoPaginate: false };
    for (let page = 0; page < 10 && query !== null; page += 1) {
      const [listed, next]: [{ name: string }[], object | null, unknown] =
        await bucket.getFiles(query);
      paged.push(...listed.map((file) => file.name));
      query = next;
    }
    expect(paged).toEqual(["landing/a", "landing/tweets/1", "landing/tweets/2", "reports/1"]);
  });
});

describe("generations and preconditions", () => {
  test("an upload that must not overwrite does not", async () => {
    const file = bucket.file("once");
    const first = { preconditionOpts: { ifGenerationMatch: 0 } };
    await file.save("first", { resumable: false, ...first });

    expect(await statusOf(bucket.file("once").save("2", { resumable: false, ...first }))).toBe(412);
    expect(await statusOf(bucket.file("once").save("2", { resumable: true, ...first }))).toBe(412);
    expect((await file.download())[0].toString()).toBe("first");
    expect(contentFiles()).toHaveLength(1);
  });

  test("the second of two racing uploads is refused when it ends, too", async () => {
    const uris = await Promise.all(
      [1, 2].map(() =>
        bucket.file("race").createResumableUpload({ preconditionOpts: { ifGenerationMatch: 0 } }),
      ),
    );
    const statuses: number[] = [];
    for (const [uri] of uris) {
      statuses.push((await fetch(uri, { method: "PUT", body: uri })).status);
    }
    expect(statuses).toEqual([200, 412]);
  });

  test("overwriting raises the generation, patching the metageneration", async () => {
    const file = bucket.file("versions");
    await file.save("1");
    const [first] = await file.getMetadata();
    await file.save("2");
    await file.setMetadata({ metadata: { a: "1" } });
    const [second] = await file.setMetadata({ metadata: { b: "2" }, contentLanguage: "en" });

    expect(Number(second.generation)).toBeGreaterThan(Number(first.generation));
    expect(second).toMatchObject({
      metageneration: "3",
      metadata: { a: "1", b: "2" },
      contentLanguage: "en",
    });
    const old = bucket.file("versions", { generation: Number(first.generation) });
    expect(await statusOf(old.download())).toBe(404);
    expect(await statusOf(old.delete())).toBe(404);
  });

  test("conditional get, patch and delete", async () => {
    const file = bucket.file("conditional");
    await file.save("1");
    const generation = Number((await file.getMetadata())[0].generation);

    const url = `${server.url}/storage/v1/b/lake/o/conditional`;
    const statusWith = async (query: string, method = "GET") =>
      (await fetch(`${url}?${query}`, { method, ...(method === "PATCH" && { body: "{}" }) }))
        .status;

    expect(await statusWith(`ifGenerationMatch=${generation}&alt=media`)).toBe(200);
    expect(await statusWith(`ifGenerationMatch=${generation - 1}&alt=media`)).toBe(412);
    expect(await statusWith(`ifGenerationNotMatch=${generation}`)).toBe(304);
    expect(await statusWith("ifMetagenerationMatch=x")).toBe(400);
    expect(await statusWith("ifMetagenerationMatch=2", "PATCH")).toBe(412);
    expect(await statusWith("ifMetagenerationMatch=1", "PATCH")).toBe(200);
    expect(await statusOf(file.delete({ ifGenerationMatch: generation + 1 }))).toBe(412);
    expect(await statusOf(file.delete({ ifGenerationMatch: generation }))).toBe(200);
    expect(await file.exists()).toEqual([false]);
  });

  test("copies and moves, within and between buckets", async () => {
    const pond = clientOf(server.url).bucket("pond");
    await pond.create();
    const file = bucket.file("from/ä.txt");
    await file.save("copied", { contentType: "text/plain", metadata: { metadata: { k: "v" } } });

    const [copy] = await file.copy(pond.file("to/ß.txt"));
    await file.move("moved.txt");
    await bucket.file("moved.txt").copy("plain.txt", { contentType: "text/csv" });

    expect((await copy.download())[0].toString()).toBe("copied");
    expect((await copy.getMetadata())[0]).toMatchObject({
      contentType: "text/plain",
      metadata: { k: "v" },
    });
    expect(await file.exists()).toEqual([false]);
    expect((await bucket.file("moved.txt").download())[0].toString()).toBe("copied");
    const [replaced] = await bucket.file("plain.txt").getMetadata();
    expect([replaced.contentType, replaced.metadata]).toEqual(["text/csv", undefined]);
    const again = bucket.file("moved.txt").copy("plain.txt", {
      preconditionOpts: { ifGenerationMatch: 0 },
    });
    expect(await statusOf(again)).toBe(412);
  });

  test("copies by copyTo as by rewriteTo, and answers with the object", async () => {
    await bucket.file("a/1.txt").save("copied", { contentType: "text/plain" });
    const path = `${server.url}/storage/v1/b/lake/o/a%2F1.txt/copyTo/b/lake/o/b%2F2.txt`;
    const answer = await fetch(path, { method: "POST" });
    expect(await answer.json()).toMatchObject({
      kind: "storage#object",
      name: "b/2.txt",
      contentType: "text/plain",
      size: "6",
    });
    expect((await bucket.file("b/2.txt").download())[0].toString()).toBe("copied");
    const missing = await fetch(path.replace("1.txt", "0.txt"), { method: "POST" });
    expect(missing.status).toBe(404);
  });

  test("composes one object of several, also of composed ones, without an MD5", async () => {
    for (const part of ["1", "2", "3"]) await bucket.file(part).save(`part ${part}\n`);
    const [composed] = await bucket.combine(["1", "2"], "12");
    const [all] = await bucket.combine(["12", "3", "1"], bucket.file("all"));
    expect((await all.download())[0].toString()).toBe("part 1\npart 2\npart 3\npart 1\n");
    const [metadata] = await all.getMetadata();
    expect(metadata).toMatchObject({ componentCount: 4, size: "28" });
    expect(metadata.md5Hash).toBeUndefined();
    expect((await composed.getMetadata())[0].componentCount).toBe(2);
    expect(await statusOf(bucket.combine(["1", "none"], "never"))).toBe(404);
    expect(await bucket.file("never").exists()).toEqual([false]);
  });

  test("refuses to compose nothing, or more than 32 objects", async () => {
    await bucket.file("1").save("x");
    const compose = (names: string[]) =>
      fetch(`${server.url}/storage/v1/b/lake/o/all/compose`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ sourceObjects: names.map((name) => ({ name })) }),
      });
    expect((await compose([])).status).toBe(400);
    expect((await compose(Array.from({ length: 33 }, () => "1"))).status).toBe(400);
    expect((await compose(Array.from({ length: 32 }, () => "1"))).status).toBe(200);
  });

  test("refuses custom metadata over 8 KiB, at once or in several patches", async () => {
    const file = bucket.file("described.txt");
    const metadata = { metadata: { note: "x".repeat(8_188) } };
    await file.save("x", { metadata });
    expect(await statusOf(file.setMetadata({ metadata: { k: "v" } }))).toBe(400);
    const large = bucket.file("large.txt").save("x", {
      resumable: false,
      metadata: { metadata: { note: "ä".repeat(4_095) } },
    });
    expect(await statusOf(large)).toBe(400);
    expect(await bucket.file("large.txt").exists()).toEqual([false]);
  });
});

describe("notifications", () => {
  test("of a finalized object carry its resource and the service's attributes", async () => {
    await bucket.createNotification(TOPIC, {
      eventTypes: ["OBJECT_FINALIZE"],
      objectNamePrefix: "landing/",
      customAttributes: { source: "lake" },
    });
    await bucket.file("reports/1").save("not of interest");
    await bucket.file("landing/tweets/1").save("{}", { contentType: "application/x-ndjson" });

    const [message] = await waitForMessages(1);
    const [metadata] = await bucket.file("landing/tweets/1").getMetadata();

    expect(message?.topic).toBe(TOPIC);
    expect(JSON.parse(message?.data ?? "")).toEqual(metadata);
    expect(message?.attributes).toEqual({
      notificationConfig: "projects/_/buckets/lake/notificationConfigs/1",
      eventType: "OBJECT_FINALIZE",
      payloadFormat: "JSON_API_V1",
      bucketId: "lake",
      objectId: "landing/tweets/1",
      objectGeneration: String(metadata.generation),
      eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      source: "lake",
    });
    expect(messages).toHaveLength(1);
  });

  test("of overwriting, patching and deleting, without payload", async () => {
    await bucket.createNotification(TOPIC, { payloadFormat: "NONE" });
    const file = bucket.file("a");
    await file.save("1");
    const first = String((await file.getMetadata())[0].generation);
    await file.save("2");
    const second = String((await file.getMetadata())[0].generation);
    await file.setMetadata({ metadata: { a: "1" } });
    await file.delete();
    await waitForMessages(5);

    const seen = messages.map(({ data, attributes }) => {
      const { eventType, objectGeneration, overwroteGeneration, overwrittenByGeneration } =
        attributes;
      return { data, eventType, objectGeneration, overwroteGeneration, overwrittenByGeneration };
    });
    expect(seen).toEqual([
      { data: "", eventType: "OBJECT_FINALIZE", objectGeneration: first },
      {
        data: "",
        eventType: "OBJECT_FINALIZE",
        objectGeneration: second,
        overwroteGeneration: first,
      },
      {
        data: "",
        eventType: "OBJECT_DELETE",
        objectGeneration: first,
        overwrittenByGeneration: second,
      },
      { data: "", eventType: "OBJECT_METADATA_UPDATE", objectGeneration: second },
      { data: "", eventType: "OBJECT_DELETE", objectGeneration: second },
    ]);
  });

  test("are configured, listed, shown and deleted", async () => {
    const [created] = await bucket.createNotification(TOPIC);
    await bucket.createNotification("projects/demo/topics/other");
    await created.delete();
    const [third] = await bucket.createNotification(TOPIC);
    await bucket.file("a").save("1");
    await waitForMessages(2);

    const [configs] = await bucket.getNotifications();
    expect(configs.map((config) => config.id)).toEqual(["2", "3"]);
    expect((await third.getMetadata())[0]).toMatchObject({
      topic: `//pubsub.googleapis.com/${TOPIC}`,
      payload_format: "JSON_API_V1",
    });
    expect(messages.map((message) => message.topic).toSorted()).toEqual([
      TOPIC,
      "projects/demo/topics/other",
    ]);
    expect(await statusOf(created.getMetadata())).toBe(404);
    expect(await statusOf(bucket.createNotification("projects/demo/queues/x"))).toBe(400);
  });

  test("that a topic refuses are tried again", async () => {
    await bucket.createNotification(TOPIC);
    refusals = 2;
    await bucket.file("late").save("1");

    expect((await waitForMessages(1))[0]?.attributes.objectId).toBe("late");
  });

  test("still owed at a stop are sent at the next start, then never again", async () => {
    await bucket.createNotification(TOPIC);
    refusals = 1000;
    await bucket.file("owed").save("1");
    expect(messages).toEqual([]);
    await server.stop();
    refusals = 0;
    await start();
    expect((await waitForMessages(1))[0]?.attributes.objectId).toBe("owed");

    await restart();
    await delay(50);
    expect(messages).toHaveLength(1);
  });
});

test("a restart finds buckets, objects and notification configurations again", async () => {
  await bucket.createNotification(TOPIC);
  await bucket.file("kept/ü").save("kept", { metadata: { metadata: { a: "1" } } });
  await bucket.file("gone").save("gone");
  await bucket.file("gone").delete();
  const [before] = await bucket.file("kept/ü").getMetadata();

  await restart();

  expect((await bucket.getFiles())[0].map((file) => file.name)).toEqual(["kept/ü"]);
  expect((await bucket.file("kept/ü").getMetadata())[0]).toEqual(before);
  expect((await bucket.file("kept/ü").download())[0].toString()).toBe("kept");
  expect((await bucket.getNotifications())[0]).toHaveLength(1);
  expect(contentFiles()).toHaveLength(1);
});

test("what is not there answers 501 and says what", async () => {
  const file = bucket.file("a");
  await file.save("1");

  expect(await statusOf(file.makePublic())).toBe(501);
  expect(await statusOf(bucket.iam.getPolicy())).toBe(501);
  expect(await statusOf(bucket.getFiles({ matchGlob: "**" }))).toBe(501);
  expect(await statusOf(bucket.file("b").save("1", { public: true, resumable: false }))).toBe(501);
  const xml = await fetch(`${server.url}/lake/a`);
  expect(xml.status).toBe(501);
  expect(await xml.json()).toEqual({
    error: {
      code: 501,
      message: "Not implemented by the local Cloud Storage: GET /lake/a.",
      errors: [expect.objectContaining({ domain: "global", reason: "notImplemented" })],
    },
  });
});
