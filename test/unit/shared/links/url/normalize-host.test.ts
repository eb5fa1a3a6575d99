import { expect, test } from "vitest";
import { normalizeHost } from "../../../../../shared/links/url/normalize-host.ts";

const normalize = (hostname: string) => {
  const fired: string[] = [];
  const host = normalizeHost(hostname, fired);
  return [host?.name, ...fired];
};

test.each([
  ["example.com", ["example.com"]],
  ["example.com..", ["example.com", "host-trailing-dot"]],
  ["www.example.com", ["example.com", "host-www"]],
  ["www999.m.example.com", ["example.com", "host-www", "host-device"]],
  ["www1234.example.com", ["www1234.example.com"]],
  ["awww.example.com", ["awww.example.com"]],
  ["www-www.example.com", ["www-www.example.com"]],
  ["a.www.example.com", ["a.www.example.com"]],
  ["www.www.com", ["www.com", "host-www"]],
  ["www1.www.example.com", ["www1.www.example.com"]],
  ["m.m.com", ["m.com", "host-device"]],
  ["gov.uk", ["gov.uk"]],
  ["a.blogspot.de", ["a.blogspot.com", "host-country-alias"]],
  ["a.blogspot.com", ["a.blogspot.com"]],
  ["blogspot.co.uk", ["blogspot.com", "host-country-alias"]],
  ["m.fxtwitter.com", ["x.com", "host-device", "host-alias"]],
  ["en.m.wikipedia.org", ["en.wikipedia.org", "host-device"]],
  ["a.en.m.wikipedia.org", ["a.en.wikipedia.org", "host-device"]],
  ["en.mm.wikipedia.org", ["en.mm.wikipedia.org"]],
  ["en.m.example.org", ["en.m.example.org"]],
])("%s is %j", (hostname, expected) => {
  expect(normalize(hostname)).toEqual(expected);
});

test("the registrable domain is known, and the path of an alias", () => {
  expect(normalizeHost("www.news.example.co.uk", [])).toMatchObject({
    name: "news.example.co.uk",
    domain: "example.co.uk",
    under: "",
    ignored: undefined,
    hasKey: true,
  });
  expect(normalizeHost("a.github.io", [])?.domain).toBe("a.github.io");
  expect(normalizeHost("youtu.be", [])).toMatchObject({
    name: "youtube.com",
    domain: "youtube.com",
    under: "/v",
  });
  expect(normalizeHost("gov.uk", [])?.domain).toBe("gov.uk");
});

test.each([
  ["localhost", "no-public-suffix", true],
  ["com", "no-public-suffix", true],
  ["example.invalid", "no-public-suffix", true],
  ["127.0.0.1", "ip-address", true],
  ["[2001:db8::1]", "ip-address", true],
  ["[::]", "ip-address", true],
  ["a..example.com", "unparsable", true],
  [".example.com", "unparsable", true],
  [`${"a".repeat(64)}.com`, "unparsable", true],
  // Read as a repeated scheme, they would begin no key.
  ["http", "no-public-suffix", false],
  ["https", "no-public-suffix", false],
])("%s is not counted: %s", (hostname, ignored, hasKey) => {
  expect(normalizeHost(hostname, [])).toEqual({
    name: hostname,
    domain: hostname,
    under: "",
    site: undefined,
    ignored,
    hasKey,
  });
});

test.each([
  ".",
  "example.com&a",
  "example.com[::1]",
  "[example.com]",
  `${"a.".repeat(121)}aexample.com`,
])("%s is no host", (hostname) => {
  expect(normalize(hostname)).toEqual([undefined]);
});

test("a label has up to 63 letters, a host 253", () => {
  for (const host of [
    `${"a".repeat(63)}.com`,
    `${"a.".repeat(121)}example.com`,
    `${"a".repeat(63)}.${"b".repeat(63)}.com`,
  ]) {
    expect(normalizeHost(host, [])).toMatchObject({ name: host, ignored: undefined });
  }
});

test("an address with a dot behind it is an address", () => {
  expect(normalizeHost("127.0.0.1.", [])?.ignored).toBe("ip-address");
});
