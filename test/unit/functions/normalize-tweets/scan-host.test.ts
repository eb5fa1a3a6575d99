import { describe, expect, test } from "vitest";
import { scanHost } from "../../../../functions/normalize-tweets/scan-host.ts";

/** What is read as a host, behind `|` what is left; undefined where there is none. */
const latin = (text: string, start = 0) => shown(text, start, false);
const unicode = (text: string) => shown(text, 0, true);
function shown(text: string, start: number, isUnicode: boolean): string | undefined {
  const { isHost, end } = scanHost(text, start, isUnicode);
  return isHost ? `${text.slice(start, end)}|${text.slice(end)}` : undefined;
}

const label = "a".repeat(63);

describe("a host without a scheme", () => {
  test.each([
    ["example.com", "example.com|"],
    ["EXAMPLE.COM/a", "EXAMPLE.COM|/a"],
    ["www.example.co.uk.", "www.example.co.uk|."],
    ["example.com... and", "example.com|... and"],
    ["example.com:80", "example.com|:80"],
    ["bücher.de", "bücher.de|"],
    ["a_b.example.com", "a_b.example.com|"],
    ["a-b.example-c.com", "a-b.example-c.com|"],
    ["example.xn--p1ai", "example.xn--p1ai|"],
    ["xn--bcher-kva.example.com", "xn--bcher-kva.example.com|"],
    // The text goes on without a space, in another script.
    ["example.comだよね", "example.com|だよね"],
    ["example.comé", "example.com|é"],
    ["example.xn--p1aié", "example.xn--p1ai|é"],
    ["www.example.comé.x", "www.example.com|é.x"],
    ["twitter.みんなです", "twitter.みんな|です"],
    [`${label}.com`, `${label}.com|`],
    [
      `${label}.${label}.${label}.${"b".repeat(57)}.com`,
      `${label}.${label}.${label}.${"b".repeat(57)}.com|`,
    ],
  ])("of %s is %s", (text, host) => {
    expect(latin(text)).toBe(host);
  });

  test.each([
    "",
    "localhost",
    "com.",
    "example.",
    "a.twitterみんな",
    "example.axn--p1ai",
    "version 1.2",
    "1.2.3",
    "example.nosuchtld",
    "example.com.nosuchtld",
    "example.comx",
    "example.xn--",
    `example.xn--${"a".repeat(60)}`,
    "john.doe.gov@mail.com",
    "example.com_x",
    "a.com+b",
    "-example.com",
    "example-.com",
    "_a.example.com",
    "a_.example.com",
    "ex_ample.com",
    "a..example.com",
    ".example.com",
    "xn--é.com",
    `${label}a.com`,
    `${label}.${label}.${label}.${"b".repeat(58)}.com`,
    "пример.рф",
    "twitter..みんな",
  ])("is none: %s", (text) => {
    expect(latin(text)).toBeUndefined();
  });

  test("begins where it is looked for", () => {
    expect(latin("see www.example.com", 4)).toBe("www.example.com|");
    expect(latin("see www.example.com", 8)).toBe("example.com|");
  });

  test("that is none is passed over as a whole", () => {
    expect(scanHost("john.doe.gov@mail.com", 0, false).end).toBe(12);
    expect(scanHost("example.nosuchtld/a", 0, false).end).toBe(17);
    expect(scanHost("see localhost now", 4, false).end).toBe(13);
    expect(scanHost(`${"a.".repeat(300)}com x`, 0, false)).toEqual({ isHost: false, end: 603 });
    expect(scanHost("-example.com.", 0, false)).toEqual({ isHost: false, end: 12 });
    expect(scanHost("пример.рф", 0, false).end).toBe(0);
    expect(scanHost("日本.日本 x", 0, true).end).toBe(5);
  });
});

describe("a host behind a scheme", () => {
  test.each([
    ["日本.jp/a", "日本.jp|/a"],
    ["пример.рф", "пример.рф|"],
    ["日本.jpだよ", "日本.jp|だよ"],
    ["example.com、次", "example.com|、次"],
    ["example.com", "example.com|"],
  ])("of %s is %s", (text, host) => {
    expect(unicode(text)).toBe(host);
  });

  test.each(["日本", "日本.日本", `${"日".repeat(60)}.jp`, "https://a"])("is none: %s", (text) => {
    expect(unicode(text)).toBeUndefined();
  });
});
