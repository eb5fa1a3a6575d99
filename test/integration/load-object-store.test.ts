import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { Storage } from "@google-cloud/storage";
import { afterEach, describe, expect, test } from "vitest";
import { createObjectStore, type ObjectStore } from "../../functions/load-object/object-store.ts";
import type { StoredObject } from "../../shared/objects/stored-object.ts";

const object: StoredObject = {
  bucket: "lake",
  name: "landing/tweets/a.jsonl",
  generation: "1700000000000001",
  size: 100_000,
  createdAt: "2026-01-02T03:04:05.678Z",
};

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** The store in front of a Storage that answers as told. */
async function storeOn(listener: RequestListener): Promise<ObjectStore> {
  const started = createServer(listener).listen(0, "127.0.0.1");
  server = started;
  await once(started, "listening");
  const address = started.address();
  const port = typeof address === "object" ? address?.port : 0;
  return createObjectStore(
    new Storage({ projectId: "demo", apiEndpoint: `http://127.0.0.1:${port}` }),
  );
}

async function read(store: ObjectStore, most?: number): Promise<number> {
  let bytes = 0;
  for await (const chunk of store.read(object, most)) bytes += chunk.length;
  return bytes;
}

describe("an object store", () => {
  test("reads all bytes of exactly this generation", async () => {
    const urls: string[] = [];
    const store = await storeOn((request, response) => {
      urls.push(request.url ?? "");
      response.end(Buffer.alloc(object.size, "x"));
    });
    expect(await read(store)).toBe(object.size);
    expect(urls).toEqual([expect.stringContaining("generation=1700000000000001")]);
  });

  test("reads the first bytes only", async () => {
    const ranges: unknown[] = [];
    const store = await storeOn((request, response) => {
      ranges.push(request.headers.range);
      response.writeHead(206, { "content-range": `bytes 0-1/${object.size}` }).end("{}");
    });
    expect(await read(store, 2)).toBe(2);
    expect(ranges).toEqual(["bytes=0-1"]);
  });

  test("asks nothing for an empty object", async () => {
    const store = await storeOn(() => expect.unreachable());
    for await (const _chunk of store.read({ ...object, size: 0 })) expect.unreachable();
  });

  test.each([
    ["is left half-way", "left"],
    ["breaks off", "broken"],
  ])("reads on while another download %s", async (_, fault) => {
    let finish = () => {};
    let asked = 0;
    const store = await storeOn((_request, response) => {
      asked += 1;
      response.writeHead(200, { "content-length": object.size });
      response.write(Buffer.alloc(40_000, "x"));
      // The first is whole only when the second is no more.
      if (asked === 1) finish = () => response.end(Buffer.alloc(60_000, "x"));
      else if (fault === "broken") setTimeout(() => response.destroy(), 50);
    });
    const whole = read(store);
    await expect.poll(() => asked).toBe(1);
    let bytes = 0;
    const other = async () => {
      for await (const chunk of store.read(object)) {
        bytes += chunk.length;
        if (fault === "left" && bytes >= 40_000) return "left";
      }
      return "whole";
    };
    expect(await other().catch(() => "broken")).toBe(fault);
    finish();
    expect(await whole).toBe(object.size);
  });

  test("does not take an answer that ends early for the whole", async () => {
    // Without a length, the end of such an answer looks like any other.
    const store = await storeOn((_request, response) => {
      response.write(Buffer.alloc(40_000, "x"));
      response.end();
    });
    await expect(read(store)).rejects.toThrow("Storage sent 40000 of 100000 bytes");
  });

  test("fails when the connection breaks off", async () => {
    const store = await storeOn((_request, response) => {
      response.writeHead(200, { "content-length": object.size });
      response.write(Buffer.alloc(40_000, "x"), () => response.destroy());
    });
    await expect(read(store)).rejects.toThrow();
  });

  test("fails when it may not read", async () => {
    const store = await storeOn((_request, response) => {
      response.writeHead(403, { "content-type": "application/json" });
      response.end('{"error":{"code":403,"message":"denied"}}');
    });
    await expect(read(store)).rejects.toThrow();
    await expect(store.find(object)).rejects.toMatchObject({ code: 403 });
    await expect(store.exists("lake", "reports/a")).rejects.toMatchObject({ code: 403 });
    await expect(store.writeOnce("lake", "reports/a", "{}")).rejects.toMatchObject({ code: 403 });
  });

  test("finds a generation, or that it is gone", async () => {
    const store = await storeOn((request, response) => {
      const isThere = request.url?.includes("generation=1700000000000001");
      response.writeHead(isThere ? 200 : 404, { "content-type": "application/json" });
      const metadata = { size: "100000", timeCreated: "2026-01-02T03:04:05.678000Z" };
      response.end(JSON.stringify(isThere ? metadata : { error: { code: 404, message: "gone" } }));
    });
    const { size: _size, createdAt: _createdAt, ...asked } = object;
    expect(await store.find(asked)).toEqual(object);
    expect(await store.find({ ...asked, generation: "2" })).toBeUndefined();
  });

  test("writes what does not exist yet, and leaves what does", async () => {
    const urls: string[] = [];
    const store = await storeOn((request, response) => {
      urls.push(request.url ?? "");
      request.resume();
      request.once("end", () => {
        const isFirst = urls.length === 1;
        response.writeHead(isFirst ? 200 : 412, { "content-type": "application/json" });
        response.end(isFirst ? '{"name":"reports/a"}' : '{"error":{"code":412,"message":"no"}}');
      });
    });
    await store.writeOnce("lake", "reports/a", "{}");
    await store.writeOnce("lake", "reports/a", "{}");
    expect(urls).toHaveLength(2);
    for (const url of urls) expect(url).toContain("ifGenerationMatch=0");
  });
});
