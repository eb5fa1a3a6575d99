import { Readable } from "node:stream";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createObjectReader, statusOf } from "../../../../shared/objects/read-object.ts";

const object = {
  bucket: "lake",
  name: "landing/tweets/a",
  generation: "17",
  size: 6,
  createdAt: "2026-01-02T03:04:05.678Z",
};

/** A reader of what Google's client answers, and what that is asked for. */
function readerOf({
  metadata = async () => [{}],
  stream = () => Readable.from([]),
}: {
  metadata?: () => Promise<readonly [unknown]>;
  stream?: () => Readable;
}) {
  const asked: unknown[] = [];
  const interceptors: object[] = [];
  const reader = createObjectReader({
    interceptors: { push: (one) => interceptors.push(one) },
    bucket: (bucket) => ({
      file: (name, options) => ({
        getMetadata: () => {
          asked.push({ bucket, name, ...options });
          return metadata();
        },
        createReadStream: (range) => {
          asked.push({ bucket, name, ...options, ...range });
          return stream();
        },
      }),
    }),
  });
  // Downloads at once need connections of their own.
  expect(interceptors).toHaveLength(1);
  return { ...reader, asked };
}

async function collect(bytes: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const chunksOf = (...texts: string[]) => Readable.from(texts.map((text) => Buffer.from(text)));

afterEach(() => {
  vi.useRealTimers();
});

describe("finds", () => {
  test("exactly this generation, with its size and when it was made", async () => {
    const { find, asked } = readerOf({
      metadata: async () => [{ size: "6", timeCreated: "2026-01-02T03:04:05.678+00:00" }],
    });
    const { bucket, name, generation } = object;
    expect(await find({ bucket, name, generation })).toEqual(object);
    expect(asked).toEqual([{ bucket, name, generation }]);
  });

  test("nothing where this generation is gone", async () => {
    const gone = Object.assign(new Error("No such object"), { code: 404 });
    const { find } = readerOf({ metadata: () => Promise.reject(gone) });
    expect(await find(object)).toBeUndefined();
  });

  test.each([
    ["may not", Object.assign(new Error("forbidden"), { code: 403 })],
    ["cannot", new Error("socket hang up")],
  ])("or says that it %s", async (_, error) => {
    const { find } = readerOf({ metadata: () => Promise.reject(error) });
    await expect(find(object)).rejects.toBe(error);
  });

  test("no object in what is none", async () => {
    const { find } = readerOf({ metadata: async () => [{ size: "6" }] });
    await expect(find(object)).rejects.toThrow("timeCreated");
  });
});

test.each([
  [{ code: 412 }, 412],
  [{ code: "ECONNRESET" }, undefined],
  [undefined, undefined],
])("the status of %j is %s", (error, status) => {
  expect(statusOf(error)).toBe(status);
});

describe("reads", () => {
  const { bucket, name, generation } = object;
  const asStored = { bucket, name, generation, decompress: false, validation: false };

  test.each([
    ["all bytes as they are stored", undefined, {}],
    ["as many as there are", 6, {}],
    ["no more than there are", 7, {}],
  ])("%s", async (_, most, range) => {
    const { read, asked } = readerOf({ stream: () => chunksOf("abc", "def") });
    expect(await collect(read(object, most))).toBe("abcdef");
    expect(asked).toEqual([{ ...asStored, ...range }]);
  });

  test("the first ones", async () => {
    const { read, asked } = readerOf({ stream: () => chunksOf("abcde") });
    expect(await collect(read(object, 5))).toBe("abcde");
    expect(asked).toEqual([{ ...asStored, start: 0, end: 4 }]);
  });

  test("nothing of what is empty", async () => {
    const { read, asked } = readerOf({});
    expect(await collect(read({ ...object, size: 0 }))).toBe("");
    expect(await collect(read(object, 0))).toBe("");
    expect(asked).toEqual([]);
  });

  test.each([
    ["too little", ["abc"], "Storage sent 3 of 6 bytes"],
    ["too much", ["abcdef", "g"], "Storage sent 7 of 6 bytes"],
  ])("fails where Storage sends %s", async (_, texts, message) => {
    const { read } = readerOf({ stream: () => chunksOf(...texts) });
    await expect(collect(read(object))).rejects.toThrow(message);
  });

  test("fails where Storage sends something else than bytes", async () => {
    const { read } = readerOf({ stream: () => Readable.from(["abcdef"]) });
    await expect(collect(read(object))).rejects.toThrow("something else than bytes");
  });

  test("closes the download when nobody reads on", async () => {
    const download = chunksOf("abc", "def");
    const { read } = readerOf({ stream: () => download });
    for await (const chunk of read(object)) {
      expect(chunk.toString()).toBe("abc");
      break;
    }
    expect(download.destroyed).toBe(true);
  });

  test("fails when Storage says nothing for half a minute, however long the chunks are worked on", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const download = new Readable({ read: () => undefined });
    const { read } = readerOf({ stream: () => download });
    const reading = read(object)[Symbol.asyncIterator]();
    const first = reading.next();
    vi.advanceTimersByTime(29_999);
    download.push(Buffer.from("abc"));
    expect(await first).toMatchObject({ value: Buffer.from("abc") });
    // Its reader takes its time.
    vi.advanceTimersByTime(60_000);
    const second = reading.next();
    vi.advanceTimersByTime(29_999);
    download.push(Buffer.from("de"));
    expect(await second).toMatchObject({ value: Buffer.from("de") });
    const third = reading.next();
    vi.advanceTimersByTime(30_000);
    await expect(third).rejects.toThrow("Storage says nothing");
  });

  test("leaves no timer behind", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { read } = readerOf({ stream: () => chunksOf("abcdef") });
    expect(await collect(read(object))).toBe("abcdef");
    expect(vi.getTimerCount()).toBe(0);
  });
});
