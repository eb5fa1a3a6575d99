import { describe, expect, test } from "vitest";
import { normalizeUrl } from "../../../../../shared/links/normalize-url.ts";
import { locateUrl } from "../../../../../shared/links/url/locate-url.ts";
import { unwrapUrl } from "../../../../../shared/links/url/unwrap-url.ts";

const unwrap = (text: string) => {
  const hostRules: string[] = [];
  const outer = locateUrl(text, hostRules);
  if (outer === undefined) throw new Error(`${text} is no link`);
  const fired: string[] = [];
  return [unwrapUrl(outer, fired, hostRules).href, fired, hostRules];
};

test("the link inside brings the rules of its own host", () => {
  expect(unwrap("https://www.google.com/url?q=https://m.example.com/a")).toEqual([
    "https://m.example.com/a",
    ["unwrap google-url"],
    ["host-device"],
  ]);
  expect(unwrap("https://www.example.com/url?q=https://m.example.com/a")).toEqual([
    "https://www.example.com/url?q=https://m.example.com/a",
    [],
    ["host-www"],
  ]);
});

const redirect = "https://www.youtube.com/redirect?q=";
const attribution = "https://www.youtube.com/attribution_link?u=";

describe("a target", () => {
  test.each([
    [
      "of the first parameter that holds a link",
      "https://google.com/url?q=https://b.org/&url=/c",
      "https://b.org/",
    ],
    ["of the first of two", `${redirect}a&q=https://b.org/&q=https://c.org/`, "https://b.org/"],
    ["with a question mark of its own", `${redirect}https://b.org/?c=1`, "https://b.org/?c=1"],
    [
      "behind a second question mark",
      "https://youtube.com/redirect?a?q=https://b.org/",
      "https://b.org/",
    ],
    ["behind a space", `${redirect}%20https%3A%2F%2Fb.org`, "https://b.org/"],
    ["that was escaped twice", `${redirect}https%253A%252F%252Fb.org%252F%2523`, "https://b.org/#"],
    ["with http, escaped twice", `${redirect}HTTP%253A%252F%252Fb.org`, "http://b.org/"],
    [
      "that carries another link",
      `${redirect}https%3A%2F%2Fb.org%2F%3Fu%3Dhttps%253A%252F%252Fc.org`,
      "https://b.org/?u=https%3A%2F%2Fc.org",
    ],
    ["that is not UTF-8", `${redirect}https%3A%2F%2fb.org%2F%E9%7e`, "https://b.org/%E9~"],
    ["without a scheme", `${redirect}b-c.org`, "https://b-c.org/"],
    ["of a short host", `${redirect}b.io/c`, "https://b.io/c"],
    ["without a scheme, with a query", `${redirect}b.org%3Fc`, "https://b.org/?c"],
    ["without a scheme, with a fragment", `${redirect}B.ORG%23c`, "https://b.org/#c"],
    ["without a scheme, with a port", `${redirect}b.org:8080`, "https://b.org:8080/"],
    ["below eight labels", `${redirect}a.b.c.d.e.f.g.h.org/`, "https://a.b.c.d.e.f.g.h.org/"],
    ["that is only a path", `${attribution}/a`, "https://www.youtube.com/a"],
    ["that need not be only a path", `${attribution}https://b.org/c`, "https://b.org/c"],
    [
      "in a path, escaped",
      "https://google.com/amp/s/b.org/c%3Fd%3D1%26e%3d2%3ff",
      "https://b.org/c?d=1&e=2?f",
    ],
    [
      "in a path, with the query of all",
      "https://google.com/amp/s/b.org/c?d=1",
      "https://b.org/c?d=1",
    ],
    ["in a path, by http", "https://google.com/amp/b.org/c", "http://b.org/c"],
    ["of a cache, by http", "https://b-org.cdn.ampproject.org/c/b.org/c", "http://b.org/c"],
    ["below a folder", "https://linkedin.com/redir/a?url=https://b.org/", "https://b.org/"],
  ])("%s", (_, text, href) => {
    expect(unwrap(text)[0]).toBe(href);
  });

  test.each([
    `${redirect}foo@example.com/a`,
    `${redirect}example.com,a`,
    `${redirect}https://exa%20mple.com`,
    `${redirect}b.c`,
    `${redirect}example`,
    `${redirect}-.-`,
    `${redirect}a.b.c.d.e.f.g.h.i.org/`,
    `${redirect}`,
    `${redirect}/a`,
    `${redirect}http://b.invalid/`,
    "https://www.youtube.com/redirect?qq=https://b.org/",
    `${attribution}//b.org/a`,
    `${attribution}/`,
    "https://xnews.google.com/news/url?url=http://b.org/a",
    "https://google.github.io/url?q=https://b.org/a",
    "https://www.google.com/amp/s/",
    "https://www.google.com/amps/b.org/",
    "https://linkedin.com/a/redir?url=https://b.org/",
    "https://linkedin.com:8080/redir?url=https://b.org/",
  ])("is not in %s", (text) => {
    expect(unwrap(text)[0]).toBe(text);
  });
});

test.each([
  ["google-url", "https://google.com/url?q=b.org"],
  ["google-news", "https://news.google.com/?url=b.org"],
  ["google-amp", "https://google.com/amp/s/b.org"],
  ["google-amp", "https://google.com/amp/b.org"],
  ["amp-cache", "https://bing-amp.com/c/s/b.org"],
  ["amp-cache", "https://bing-amp.com/c/b.org"],
  ["facebook-link", "https://facebook.com/l.php?u=b.org"],
  ["facebook-link", "https://facebook.com/flx/warn/?u=b.org"],
  ["messenger-link", "https://l.messenger.com/?u=b.org"],
  ["instagram-link", "https://l.instagram.com/?u=b.org"],
  ["threads-link", "https://l.threads.net/?u=b.org"],
  ["youtube-redirect", "https://youtube.com/redirect?q=b.org"],
  ["youtube-attribution", "https://youtube.com/attribution_link?u=/a"],
  ["tumblr-link", "https://t.umblr.com/redirect?z=b.org"],
  ["reddit-out", "https://out.reddit.com/t3_x?url=b.org"],
  ["linkedin-redirect", "https://linkedin.com/redir/redirect?url=b.org"],
  ["linkedin-redirect", "https://linkedin.com/safety/go?url=b.org"],
  ["vk-away", "https://vk.com/away.php?to=b.org"],
  ["slack-redirect", "https://slack-redir.net/link?url=b.org"],
  ["outlook-safe-link", "https://eur01.safelinks.protection.outlook.com/?url=b.org"],
  ["duckduckgo-link", "https://duckduckgo.com/l/?uddg=b.org"],
  ["steam-link", "https://steamcommunity.com/linkfilter/?u=b.org"],
  ["soundcloud-exit", "https://exit.sc/?url=b.org"],
  ["medium-redirect", "https://medium.com/r/?url=b.org"],
  ["pocket-redirect", "https://getpocket.com/redirect?url=b.org"],
  ["tiktok-link", "https://tiktok.com/link/v2?target=b.org"],
  ["curseforge-link", "https://curseforge.com/linkout?remoteUrl=b.org"],
  ["skimlinks-redirect", "https://go.skimresources.com/?url=b.org"],
  ["viglink-redirect", "https://redirect.viglink.com/?u=b.org"],
  ["awin-redirect", "https://awin1.com/cread.php?p=b.org"],
  ["rakuten-redirect", "https://click.linksynergy.com/deeplink?murl=b.org"],
  ["cj-redirect", "https://kqzyfj.com/click-1?url=b.org"],
  ["doubleclick-redirect", "https://adclick.g.doubleclick.net/a?adurl=b.org"],
  ["shareasale-redirect", "https://shareasale.com/r.cfm?urllink=b.org"],
  ["ebay-rover", "https://rover.ebay.com/rover/1/2?mpre=b.org"],
  ["zhihu-link", "https://link.zhihu.com/?target=b.org"],
])("%s is said of %s", (name, text) => {
  expect(normalizeUrl(text).rules).toContain(`unwrap ${name}`);
});
