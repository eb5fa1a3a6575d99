import { describe, expect, test } from "vitest";
import {
  cleanUrl,
  stripControls,
  undoAmpersands,
} from "../../../../../shared/links/url/clean-url.ts";

const clean = (input: string) => {
  const fired: string[] = [];
  return [cleanUrl(input, fired), fired];
};
const link = "https://example.com/a";
const label = "a".repeat(63);

describe("what surrounds a link", () => {
  test("goes: controls, white space of every kind, invisible marks and quotes", () => {
    const blanks =
      "\u0000\u0020\u007f\u00a0\u1680\u2000\u200f\u2028\u202f\u205f\u2064\u3000\ufeff\"'<>";
    for (const blank of blanks) {
      expect(clean(`${blank}${link}`)).toEqual([{ text: link }, ["clean-surroundings"]]);
      expect(clean(`${link}${blank}${blank}`)).toEqual([{ text: link }, ["clean-surroundings"]]);
    }
  });

  test("stays where it is a part of the link", () => {
    const others =
      "!~\u0080\u009f\u00a1\u1681\u1fff\u2010\u2027\u2030\u205e\u2065\u3001\ufefe\uff00#$%&()=?`;";
    for (const other of others) expect(clean(link + other)).toEqual([{ text: link + other }, []]);
  });

  test.each([
    ['https://example.com/?q="exact"', 'https://example.com/?q="exact"'],
    ['https://example.com/?q="exact" ', 'https://example.com/?q="exact"'],
    [' https://example.com/?q="exact"', 'https://example.com/?q="exact"'],
    ['"https://example.com/?q=a"', "https://example.com/?q=a"],
    ['https://example.com/?q=a#b"', "https://example.com/?q=a#b"],
    ['https://example.com/a#b"', "https://example.com/a#b"],
    ['https://example.com/a" >', "https://example.com/a"],
    ["' https://example.com/?a='b'", "https://example.com/?a='b"],
  ])("%s is %s", (input, text) => {
    expect(clean(input)[0]).toEqual({ text });
  });

  test("line ends and tabs inside go unsaid, as the parser drops them", () => {
    expect(clean("ht\ntps\r\n://exam\tple.com")).toEqual([{ text: "https://example.com" }, []]);
  });
});

describe("an ampersand", () => {
  test.each([
    ["a&amp;b", "a&b"],
    ["a&amp;amp;#38;#038;b", "a&b"],
    ["&#38;a&#038;b&amp;", "&a&b&"],
    ["&amp;&amp;a", "&&a"],
    ["&&amp;a", "&&a"],
    ["a&b&c=amp;", "a&b&c=amp;"],
    ["&amp&#38&#039;", "&amp&#38&#039;"],
    ["amp;a", "amp;a"],
    ["aamp;a&amp;b", "aamp;a&b"],
    ["a&", "a&"],
    ["", ""],
  ])("%s is %s", (text, plain) => {
    expect(undoAmpersands(text)).toBe(plain);
  });

  test("that was escaped is said", () => {
    expect(clean(`${link}?b&amp;c`)).toEqual([{ text: `${link}?b&c` }, ["clean-ampersand"]]);
  });
});

describe("the scheme", () => {
  test.each([
    ["http://example.com", "http://example.com"],
    [link, link],
    ["https://http.example.com", "https://http.example.com"],
    ["https://httpsexample.com", "https://httpsexample.com"],
  ])("of %s stays", (input, text) => {
    expect(clean(input)).toEqual([{ text }, []]);
  });

  test.each([
    ["HTTPS://example.com", "https://example.com"],
    ["hTtP:example.com", "http://example.com"],
    ["https:example.com", "https://example.com"],
    ["http:/example.com", "http://example.com"],
    ["https:///example.com", "https://example.com"],
    ["http:\\\\example.com", "http://example.com"],
    ["http//example.com", "http://example.com"],
    ["https\\/example.com", "https://example.com"],
    ["http://https://example.com", "https://example.com"],
    ["https://http:/example.com", "http://example.com"],
    ["https://HTTP//example.com", "http://example.com"],
  ])("of %s is repaired", (input, text) => {
    expect(clean(input)).toEqual([{ text }, ["clean-scheme"]]);
  });

  test.each([
    ["example.com", "https://example.com"],
    ["//example.com", "https://example.com"],
    ["\\\\\\example.com", "https://example.com"],
    ["://example.com", "https://example.com"],
    ["http", "https://http"],
    ["http/a", "https://http/a"],
    ["https/a", "https://https/a"],
    ["1a:b", "https://1a:b"],
    ["[::1]:80", "https://[::1]:80"],
    ["a_b:c", "https://a_b:c"],
    [`${"a".repeat(257)}:b`, `https://${"a".repeat(257)}:b`],
  ])("of %s is https", (input, text) => {
    expect(clean(input)).toEqual([{ text }, ["clean-no-scheme"]]);
  });

  test.each([
    "example.com:8080",
    "example.com:8080/a",
    "example.com:8080?a",
    "example.com:8080#a",
    "example.com:8080\\a",
    "example.com:",
    "example.com:?a",
    "example.com:12345/",
    "example.com:12345",
    "example.com:/a",
    "example.com:/",
    "example.com.:80",
    "example.com.:80/",
    "a.b-c.example.com:80",
    "9.example.com:80",
    "localhost:80",
    "LOCALHOST:80/a",
    "localhost:80?a",
    "localhost:80#a",
    "localhost:80\\a",
    `${label}.${label}:80`,
    `${label}.${label}:80/`,
    `${"a.".repeat(126)}a:80`,
    `${"a.".repeat(126)}a:80/`,
  ])("of a host with a port is https: %s", (input) => {
    expect(clean(input)).toEqual([{ text: `https://${input}` }, ["clean-no-scheme"]]);
  });

  test.each([
    "ftp:",
    "mailto:a@example.com",
    "x+y.z-1:b",
    `${"a".repeat(256)}:b`,
    "xttp://a",
    "hxtp://a",
    "htxp://a",
    "httx://a",
    "example:80",
    "example.com:123456",
    "example.com:123456/",
    "example.com:80a",
    "example.com:80a/",
    "example.com:a",
    "example.com:a/",
    "example.com://a",
    "com.example.app:open",
    "localhost:",
    "localhost:a",
    "localhost:123456",
    "localhost:80a",
    "mylocalhost:80",
    `${label}a.com:80`,
    `${label}a.com:80/`,
    `a.${label}a:80`,
    `a.${label}a:80/`,
    `${"a.".repeat(127)}a:80`,
  ])("of %s is another one", (input) => {
    expect(clean(input)).toEqual([{ refused: "not-http" }, []]);
  });

  test.each([
    "",
    " ",
    "http:",
    "https://http://",
    "//",
    "://",
    "/a",
    "\\a",
    "?a",
    "#a",
    ":a",
    ".a",
    ":/a",
  ])("is not all there is to a link: %j", (input) => {
    expect(clean(input)[0]).toEqual({ refused: "unparsable" });
  });
});

test.each([
  ["http://ex\u0000am\u0085ple.com/a\u0001", "http://example.com/a\u0001"],
  ["http://ex\u0001ample.com?a\u0001", "http://example.com?a\u0001"],
  ["http://ex\u0001ample.com#a\u0001", "http://example.com#a\u0001"],
  ["http://ex\u0001ample.com\\a\u0001", "http://example.com\\a\u0001"],
  ["http://ex\u0001ample.com", "http://example.com"],
])("controls go from the authority alone: %j", (text, stripped) => {
  expect(stripControls(text)).toBe(stripped);
});
