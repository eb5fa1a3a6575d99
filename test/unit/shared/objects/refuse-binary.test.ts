import { describe, expect, test } from "vitest";
import { refuseBinary, unsupported } from "../../../../shared/objects/refuse-binary.ts";

const unpackIt = "unpack it first, or pack it with gzip instead";
const convertIt = "convert it to UTF-8 first";
const exportIt = "export it as lines of JSON first";
const wrongFile = "it is no text";

describe("content is refused by how it begins, with what to do about it:", () => {
  test.each([
    ["fffe0000", "UTF-32", convertIt],
    ["0000feff", "UTF-32", convertIt],
    ["fffe4100", "UTF-16", convertIt],
    ["feff0041", "UTF-16", convertIt],
    ["1f8b0800", "gzip within gzip", unpackIt],
    ["504b0304", "a zip archive", unpackIt],
    ["504b0506", "a zip archive", unpackIt],
    ["28b52ffd", "Zstandard", unpackIt],
    ["425a6839", "bzip2", unpackIt],
    ["fd377a585a00", "xz", unpackIt],
    ["377abcaf271c", "a 7z archive", unpackIt],
    ["526172211a07", "a RAR archive", unpackIt],
    ["4c5a495001", "lzip", unpackIt],
    ["04224d18", "LZ4", unpackIt],
    ["1f9d90", "compress(1)", unpackIt],
    ["ff060000734e61507059", "Snappy", unpackIt],
    ["50415231", "Parquet", exportIt],
    ["4f626a01", "Avro", exportIt],
    ["4f5243", "ORC", exportIt],
    ["4152524f5731", "Arrow", exportIt],
    ["53514c69746520666f726d6174203300", "a SQLite database", exportIt],
    ["255044462d312e37", "PDF", wrongFile],
    ["89504e470d0a1a0a", "a PNG image", wrongFile],
    ["ffd8ffe0", "a JPEG image", wrongFile],
  ])("%s is %s", (hex, what, advice) => {
    expect(() => refuseBinary(Buffer.from(hex, "hex"))).toThrow(
      expect.objectContaining({
        reason: "unsupported-format",
        message: `the content is ${what}: ${advice}`,
      }),
    );
  });
});

describe("UTF-16 without a byte order mark is refused", () => {
  const text = Buffer.from('{"a":1}\n', "utf16le");

  test.each([
    ["little-endian", text],
    ["big-endian", Buffer.from(text).swap16()],
    ["two letters", Buffer.from("ab", "utf16le")],
    ["with few letters of other scripts", Buffer.from(`${"a".repeat(19)}€`, "utf16le")],
    ["more of it than is looked at", Buffer.from("a".repeat(9_000), "utf16le")],
  ])("%s", (_, head) => {
    expect(() => refuseBinary(head)).toThrow("the content is UTF-16: convert it to UTF-8 first");
  });
});

describe("what is binary is refused:", () => {
  const controls = (count: number, letters: number) =>
    Buffer.concat([Buffer.alloc(count, 1), Buffer.alloc(letters, "x")]);
  const message = "the content is binary: what is it compressed or exported with?";

  test.each([
    ["32 control characters of 640 bytes", controls(32, 608)],
    ["400 of 8,000", controls(400, 7_600)],
    ["whatever follows the first 8,000", controls(400, 100_000)],
  ])("%s", (_, head) => {
    expect(() => refuseBinary(head)).toThrow(message);
  });

  test.each([
    ["31 control characters", controls(31, 0)],
    ["32 of 641 bytes", controls(32, 609)],
    ["399 of 8,000", controls(399, 7_601)],
    ["those that texts have", Buffer.from("\t\n\f\r\u001b".repeat(100))],
    ["none but spaces", Buffer.alloc(100, " ")],
    [
      "whatever follows the first 8,000",
      Buffer.concat([Buffer.alloc(8_000, "x"), Buffer.alloc(500, 1)]),
    ],
  ])("but not %s", (_, head) => {
    expect(() => refuseBinary(head)).not.toThrow();
  });
});

test.each([
  ["nothing", Buffer.of()],
  ["one letter", Buffer.from("a")],
  ["a letter and a zero", Buffer.of(0x61, 0)],
  ["text that begins as an archive's name", Buffer.from("PK\n")],
  ["a zero at every fourth byte", Buffer.from("abc\0".repeat(7))],
  ["zeros mostly, but not only, in one place", Buffer.from(`${"a\0".repeat(8)}\0aaa`)],
  ["zeros in both places", Buffer.from([0x61, 0, 0, 0x61, 0x61, 0, 0, 0x61])],
  ["lines of JSON", Buffer.from('{"a":1}\n{"a":2}\n')],
])("%s may be a text", (_, head) => {
  expect(() => refuseBinary(head)).not.toThrow();
});

test("what cannot be read is refused in words", () => {
  expect(unsupported("a book", "read it")).toMatchObject({
    reason: "unsupported-format",
    message: "the content is a book: read it",
  });
});
