import { CRC32C } from "@google-cloud/storage";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkBucketName, checkObjectName } from "../../../local-cloud/storage/check-names.ts";
import { checkPreconditions } from "../../../local-cloud/storage/check-preconditions.ts";
import { computeCrc32c } from "../../../local-cloud/storage/compute-crc32c.ts";
import { compareUtf8, listNames } from "../../../local-cloud/storage/list-names.ts";
import { parseContentRange } from "../../../local-cloud/storage/parse-content-range.ts";
import {
  applyObjectBody,
  parseObjectBody,
} from "../../../local-cloud/storage/parse-object-body.ts";
import { parseRange } from "../../../local-cloud/storage/parse-range.ts";
import { splitMultipart } from "../../../local-cloud/storage/split-multipart.ts";
import { StorageError } from "../../../local-cloud/storage/storage-error.ts";

function statusOf(refuse: () => unknown): number {
  try {
    refuse();
    return 200;
  } catch (error) {
    if (error instanceof StorageError) {
      return error.status;
    }
    throw error;
  }
}

describe("computeCrc32c", () => {
  // RFC 3720, appendix B.4; "123456789" is the check value of the CRC catalogue.
  test.each([
    ["nothing", Buffer.alloc(0), 0x00000000],
    ["123456789", Buffer.from("123456789"), 0xe3069283],
    ["32 zeros", Buffer.alloc(32), 0x8a9136aa],
    ["32 ones", Buffer.alloc(32, 0xff), 0x62a8ab43],
    ["0 to 31", Buffer.from(Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e],
  ])("%s", (_name, bytes, expected) => {
    expect(computeCrc32c(bytes)).toBe(expected);
  });

  test("agrees with Google's client, however the bytes are cut", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (bytes, cut) => {
        const client = new CRC32C();
        client.update(Buffer.from(bytes));
        const first = computeCrc32c(bytes.subarray(0, cut));
        expect(computeCrc32c(bytes.subarray(cut), first) | 0).toBe(client.valueOf());
      }),
      { seed: 20261120 },
    );
  });
});

describe("listNames", () => {
  const names = ["b", "a/1", "a/2", "a/c/3", "a/", "z", "a", "a0"];
  const everything = {
    prefix: "",
    delimiter: "",
    startOffset: "",
    endOffset: "",
    maxResults: 1000,
    pageToken: undefined,
  };
  test.each([
    ["all, in order", {}, ["a", "a/", "a/1", "a/2", "a/c/3", "a0", "b", "z"], []],
    ["by prefix", { prefix: "a/" }, ["a/", "a/1", "a/2", "a/c/3"], []],
    ["the top folder", { delimiter: "/" }, ["a", "a0", "b", "z"], ["a/"]],
    ["a folder", { prefix: "a/", delimiter: "/" }, ["a/", "a/1", "a/2"], ["a/c/"]],
    ["half a name", { prefix: "a", delimiter: "/" }, ["a", "a0"], ["a/"]],
    ["between offsets", { startOffset: "a/2", endOffset: "b" }, ["a/2", "a/c/3", "a0"], []],
    ["another delimiter", { delimiter: "c/" }, ["a", "a/", "a/1", "a/2", "a0", "b", "z"], ["a/c/"]],
  ])("%s", (_name, query, items, prefixes) => {
    const page = listNames(names, { ...everything, ...query });

    expect(page).toEqual({ names: items, prefixes, nextPageToken: undefined });
  });

  test("pages of any size give every name and prefix once", () => {
    for (let maxResults = 1; maxResults <= 9; maxResults += 1) {
      for (const delimiter of ["", "/"]) {
        const seen: string[] = [];
        let pageToken: string | undefined;
        for (let page = 0; page < 20; page += 1) {
          const listed = listNames(names, { ...everything, delimiter, maxResults, pageToken });
          expect(listed.names.length + listed.prefixes.length).toBeLessThanOrEqual(maxResults);
          seen.push(...listed.names, ...listed.prefixes);
          pageToken = listed.nextPageToken;
          if (pageToken === undefined) {
            break;
          }
        }
        expect(seen.toSorted()).toEqual(
          delimiter === "" ? names.toSorted() : ["a", "a/", "a0", "b", "z"],
        );
      }
    }
  });

  test("refuses a page token it did not give", () => {
    expect(statusOf(() => listNames(names, { ...everything, pageToken: "!!" }))).toBe(400);
  });

  test("orders as UTF-8 bytes do", () => {
    // One of each length in UTF-8, and both sides of the surrogates.
    const characters = ["a", "\u00e9", "\ud7ff", "\ue000", "\uffee", "\u{10000}", "\u{1f600}"];
    const name = fc.array(fc.constantFrom(...characters), { maxLength: 4 });
    fc.assert(
      fc.property(name, name, (left, right) => {
        expect(Math.sign(compareUtf8(left.join(""), right.join("")))).toBe(
          Buffer.compare(Buffer.from(left.join("")), Buffer.from(right.join(""))),
        );
      }),
      { seed: 20261120, numRuns: 500 },
    );
  });
});

describe("parseRange", () => {
  test.each([
    [undefined, 10, "whole"],
    ["bytes=0-", 10, { first: 0, last: 9 }],
    ["bytes=3-5", 10, { first: 3, last: 5 }],
    ["bytes=3-500", 10, { first: 3, last: 9 }],
    ["bytes=-4", 10, { first: 6, last: 9 }],
    ["bytes=-40", 10, { first: 0, last: 9 }],
    ["bytes=10-", 10, "unsatisfiable"],
    ["bytes=-0", 10, "unsatisfiable"],
    ["bytes=0-", 0, "unsatisfiable"],
    ["bytes=5-3", 10, "whole"],
    ["bytes=-", 10, "whole"],
    ["bytes=0-1,3-4", 10, "whole"],
    ["lines=0-1", 10, "whole"],
  ])("%s of %d bytes", (header, size, expected) => {
    expect(parseRange(header, size)).toEqual(expected);
  });
});

describe("parseContentRange", () => {
  test.each([
    [undefined, { kind: "bytes", first: 0 }],
    ["bytes 0-99/200", { kind: "bytes", first: 0, last: 99, total: 200 }],
    ["bytes 100-199/200", { kind: "bytes", first: 100, last: 199, total: 200 }],
    ["bytes 0-99/*", { kind: "bytes", first: 0, last: 99 }],
    ["bytes 7-*/200", { kind: "bytes", first: 7, total: 200 }],
    ["bytes 0-*/*", { kind: "bytes", first: 0 }],
    ["bytes */*", { kind: "status" }],
    ["bytes */200", { kind: "status", total: 200 }],
  ])("%s", (header, expected) => {
    expect(parseContentRange(header)).toEqual(expected);
  });

  test.each(["bytes 0--1/0", "bytes 0-1", "0-1/2", "bytes 5-1/9", "bytes 0-9/9", "bytes 1e3-*/*"])(
    "refuses %s",
    (header) => {
      expect(statusOf(() => parseContentRange(header))).toBe(400);
    },
  );
});

describe("checkPreconditions", () => {
  const existing = { generation: 7, metageneration: 2 };
  test.each([
    [{}, existing, 200],
    [{ ifGenerationMatch: 7 }, existing, 200],
    [{ ifGenerationMatch: 8 }, existing, 412],
    [{ ifGenerationMatch: 0 }, existing, 412],
    [{ ifGenerationMatch: 0 }, undefined, 200],
    [{ ifGenerationMatch: 7 }, undefined, 412],
    [{ ifGenerationNotMatch: 7 }, existing, 304],
    [{ ifGenerationNotMatch: 6 }, existing, 200],
    [{ ifGenerationNotMatch: 0 }, undefined, 304],
    [{ ifMetagenerationMatch: 2 }, existing, 200],
    [{ ifMetagenerationMatch: 1 }, existing, 412],
    [{ ifMetagenerationNotMatch: 2 }, existing, 304],
    [{ ifGenerationMatch: 8, ifMetagenerationNotMatch: 2 }, existing, 412],
  ])("%j against %j", (preconditions, versions, status) => {
    expect(statusOf(() => checkPreconditions(preconditions, versions))).toBe(status);
  });
});

describe("names", () => {
  test.each([
    ["lake", 200],
    ["hourtally-lake_1.example.com", 200],
    ["ab", 400],
    ["Lake", 400],
    ["-lake", 400],
    ["la/ke", 400],
    ["..", 400],
    ["192.168.0.1", 400],
    ["google-lake", 400],
    ["l".repeat(64), 400],
    ["lake..example", 400],
  ])("bucket %s: %d", (name, status) => {
    expect(statusOf(() => checkBucketName(name))).toBe(status);
  });

  test.each([
    ["a", 200],
    ["../../etc/passwd", 200],
    ["a/../b//c/", 200],
    ["100 % {}?#\\:*", 200],
    ["\u{1f600}".repeat(256), 200],
    ["\u{1f600}".repeat(257), 400],
    ["", 400],
    [".", 400],
    ["..", 400],
    ["a\nb", 400],
    ["a\rb", 400],
    ["\ud800", 400],
    [".well-known/acme-challenge/x", 400],
  ])("object %s: %d", (name, status) => {
    expect(statusOf(() => checkObjectName(name))).toBe(status);
  });
});

describe("object resources", () => {
  test("a patch replaces, removes by null, and leaves the rest", () => {
    const before = {
      contentType: "text/plain",
      cacheControl: "no-store",
      metadata: { kept: "1", changed: "2", removed: "3" },
    };

    const after = applyObjectBody(
      before,
      parseObjectBody({
        contentType: "text/csv",
        cacheControl: null,
        metadata: { changed: 4, removed: null },
        size: "99",
      }),
    );

    expect(after).toEqual({
      contentType: "text/csv",
      metadata: { kept: "1", changed: "4" },
    });
  });

  test.each([
    [{ temporaryHold: true }, 501],
    [{ acl: [] }, 501],
    [{ storageClass: "COLDLINE" }, 501],
    [{ temporaryHold: false, acl: null, storageClass: "STANDARD" }, 200],
    [{ contentType: 5 }, 400],
    [{ metadata: { nested: {} } }, 400],
    [[], 400],
  ])("%j: %d", (body, status) => {
    expect(statusOf(() => parseObjectBody(body))).toBe(status);
  });
});

describe("splitMultipart", () => {
  const contentType = "multipart/related; boundary=cut";
  const media = "a\r\n--cu\r\n-- --cut \n\r\n--cu";
  const body = Buffer.from(
    `--cut\r\nContent-Type: application/json\r\n\r\n{"name":"x"}\r\n--cut\r\nContent-Type: text/csv\r\n\r\n${media}\r\n--cut--`,
  );

  async function* cutAt(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += size) {
      yield bytes.subarray(at, at + size);
    }
  }

  async function readAll(bytes: Buffer, size: number, type = contentType) {
    const parts = await splitMultipart(cutAt(bytes, size), type);
    const pieces: Buffer[] = [];
    for await (const piece of parts.media) {
      pieces.push(piece);
    }
    return { ...parts, media: Buffer.concat(pieces).toString() };
  }

  test("finds both parts wherever the body is cut", async () => {
    for (let size = 1; size <= body.length; size += 1) {
      const parts = await readAll(body, size);

      expect(parts.metadata).toBe('{"name":"x"}');
      expect(parts.mediaHeaders.get("content-type")).toBe("text/csv");
      expect(parts.media).toBe(media);
    }
  });

  test("takes a quoted boundary", async () => {
    expect((await readAll(body, 7, 'multipart/related; boundary="cut"')).media).toBe(media);
  });

  test("refuses a body that ends anywhere before its closing boundary", async () => {
    for (let end = 0; end < body.length - 1; end += 1) {
      await expect(readAll(body.subarray(0, end), 7)).rejects.toThrow(StorageError);
    }
  });

  test("refuses a third part, and a request without a boundary", async () => {
    const third = Buffer.concat([body.subarray(0, -2), Buffer.from("\r\n\r\nmore\r\n--cut--")]);

    await expect(readAll(third, 7)).rejects.toThrow("exactly two parts");
    await expect(readAll(body, 7, "application/json")).rejects.toThrow("boundary");
  });
});
