import { describe, expect, it } from "vitest";
import { extractLinks } from "../../../../functions/normalize-tweets/extract-links.ts";

describe("extractLinks", () => {
  it.each<[string, string[]]>([
    ["", []],
    ["no link here, e.g. none", []],
    ["see https://example.com/a?b=1#c.", ["https://example.com/a?b=1#c"]],
    ["(https://example.com/a_(b))", ["https://example.com/a_(b)"]],
    [
      "example.com, www.example.co.uk/a and again example.com",
      ["example.com", "www.example.co.uk/a", "example.com"],
    ],
    ["HTTPS://EXAMPLE.COM/A", ["HTTPS://EXAMPLE.COM/A"]],
    ["日本語https://example.com/a日本語", ["https://example.com/a"]],
    ["見てexample.comだよ", ["example.com"]],
    ["https://日本.jp/a", ["https://日本.jp/a"]],
    ["ดูhttps://example.com/aนะ", ["https://example.com/a"]],
    ["https://example.com/a🔥🔥", ["https://example.com/a"]],
    ["#example.com @example.com $example.com ＃example.com", []],
    ["#https://example.com/a", []],
    ["＠example.com ＠https://example.com/a", []],
    ["éxample.com", ["éxample.com"]],
    ["see twitter.भारतम्", ["twitter.भारतम्"]],
    ["https://example.com/aＡ", ["https://example.com/a"]],
    ["mail a.b@example.com or a+b.com@example.org", []],
    ["ftp://example.com/a", []],
    ["version 1.2.3, file.txt, a.b", []],
    ["http://localhost:3000 http://10.0.0.1/a", []],
    ["said.https://example.com/a", ["https://example.com/a"]],
    ["said.http://example.com/a", ["http://example.com/a"]],
    ["https://example.com/a–b/c–d, e", ["https://example.com/a–b/c–d"]],
    ["a日本.jp", []],
    ["example.com/1a example.org/12", ["example.com/1a", "example.org/12"]],
    ["texthttps://example.com/a", []],
    ["https://example.com:8080/a", ["https://example.com:8080/a"]],
    ["see example.com:123456, not :12345", ["example.com:123456"]],
    ["http://example.com:654321/a", ["http://example.com:654321/a"]],
    ["example.org:0000080/b", ["example.org:0000080/b"]],
    ["(www.example.com:808080)", ["www.example.com:808080"]],
    [
      "https://example.com:99999999/a example.org:",
      ["https://example.com:99999999/a", "example.org"],
    ],
    [
      "https://example.com/a| and https://example.com/b||",
      ["https://example.com/a", "https://example.com/b"],
    ],
    ["https://example.com/a|b", ["https://example.com/a|b"]],
    ["https://example.com/a |", ["https://example.com/a"]],
    ["https://example.com/?a=1|", ["https://example.com/?a=1"]],
    ["example.com/a|\nexample.org|", ["example.com/a", "example.org"]],
    ["https://example.com/a\u200e\u200f", ["https://example.com/a"]],
    ["\u2066example.com/a\u2069, b", ["example.com/a"]],
    [
      "\u2068https://example.com/a\u2069 https://example.com/b\u200f",
      ["https://example.com/a", "https://example.com/b"],
    ],
    ["https://example.com/c\u202c\u200e d", ["https://example.com/c"]],
    [
      "https://t.co/AbC123xyZ0?amp=1 https://t.co/AbC?a",
      ["https://t.co/AbC123xyZ0?amp=1", "https://t.co/AbC?a"],
    ],
    ["https://t.co/AbC123xyZ0's", ["https://t.co/AbC123xyZ0"]],
    ["RT @a: long text https://t.co/AbC1…", []],
    ["RT @a: long text https://t.co…", []],
    ["RT @a: https://t.co/AbC1… and more", ["https://t.co/AbC1"]],
    ["RT @a: long text https://t.co/AbC1.", ["https://t.co/AbC1"]],
    ["RT @a: long text https://bit.co/AbC1…", ["https://bit.co/AbC1"]],
    ["RT @a: long text https://t.co/AbC123xyZ0…", ["https://t.co/AbC123xyZ0"]],
    ["https://example.com/a\u00a0b", ["https://example.com/a"]],
    [
      "https://example.com/a\nhttps://example.com/b",
      ["https://example.com/a", "https://example.com/b"],
    ],
    ["https://user:secret@example.com/", []],
    ["http://example.com/\ud83d", ["http://example.com/"]],
  ])("%j has %j", (text, links) => {
    expect(extractLinks(text)).toEqual(links);
  });

  it("reads the first 65,536 characters of a text", () => {
    const text = `${"a ".repeat(32_760)}example.com/abcdefgh`;
    expect(extractLinks(text)).toEqual(["example.com/abcd"]);
    expect(extractLinks(` ${text}`.slice(9))).toEqual(["example.com/abcdefgh"]);
  });
});
