import { expect, test } from "vitest";
import { hrefOf, showLink } from "../../../../../functions/serve-dashboard/api/show-link.ts";

test.each([
  ["https://www.example.com/", "example.com"],
  ["http://example.com:8080/a?b=c#d", "example.com:8080/a?b=c#d"],
  ["https://de.wikipedia.org/wiki/M%C3%BCnchen", "de.wikipedia.org/wiki/München"],
  ["https://ja.wikipedia.org/wiki/%E6%9D%B1%E4%BA%AC", "ja.wikipedia.org/wiki/東京"],
  ["https://xn--mnchen-3ya.de/", "münchen.de"],
  ["https://xn--80aswg.xn--p1ai/", "сайт.рф"],
  ["https://xn--wgv71a119e.jp/", "日本語.jp"],
  // аррӏе.com in Cyrillic, and pаypal.com with one letter of it.
  ["https://xn--80ak6aa92e.com/", "xn--80ak6aa92e.com"],
  ["https://xn--pypal-4ve.com/", "xn--pypal-4ve.com"],
  // Right-to-left override, zero-width space and joiner, a line separator, a soft hyphen.
  ["https://e.com/%E2%80%AEgpj.exe", "e.com/%E2%80%AEgpj.exe"],
  [
    "https://e.com/a%E2%80%8Bb%E2%80%8Dc%E2%80%A8d%C2%ADe",
    "e.com/a%E2%80%8Bb%E2%80%8Dc%E2%80%A8d%C2%ADe",
  ],
  ["https://e.com/%E2%81%A6x%D8%9Cy", "e.com/%E2%81%A6x%D8%9Cy"],
  // What is ASCII and escaped means something else when it is not.
  ["https://e.com/a%2Fb%3Fc%23d%20e%00", "e.com/a%2Fb%3Fc%23d%20e%00"],
  // No UTF-8, cut UTF-8, a surrogate, a combining mark alone.
  ["https://e.com/%FF%C3%28%E2%82", "e.com/%FF%C3%28%E2%82"],
  ["https://e.com/%ED%A0%80", "e.com/%ED%A0%80"],
  ["https://e.com/%CC%81", "e.com/%CC%81"],
  ["https://user:secret@e.com/", "user@e.com"],
  ["javascript:alert(1)", "javascript:alert(1)"],
  ["not a\u202e link\u200b", "not a%E2%80%AE link%E2%80%8B"],
])("%s is shown as %s", (url, shown) => {
  expect(showLink(url)).toBe(shown);
});

test.each([
  ["https://e.com/ä", "https://e.com/%C3%A4"],
  ["HTTP://E.com", "http://e.com/"],
  ["javascript:alert(1)", undefined],
  ["data:text/html,x", undefined],
  ["\u0001javascript:alert(1)", undefined],
  ["ftp://e.com/", undefined],
  ["//e.com", undefined],
])("%s leads to %s", (url, href) => {
  expect(hrefOf(url)).toBe(href);
});
