import { expect, test } from "vitest";
import { keepRoute } from "../../../../../shared/links/url/keep-route.ts";
import { normalizeHost } from "../../../../../shared/links/url/normalize-host.ts";

const keep = (hostname: string, path: string, fragment: string) => {
  const host = normalizeHost(hostname, []);
  if (host === undefined) throw new Error(`${hostname} is no host`);
  const fired: string[] = [];
  return [keepRoute(fragment, host, path, fired), ...fired];
};

test.each([
  ["example.com", "/a", "/b", "#/b"],
  ["example.com", "/a", "!b", "#!b"],
  ["example.com", "", "/it's:~:text=a", "#/it%27s"],
  ["play.vuejs.org", "/a", "/b", "#/b"],
])("%s%s#%s is a route", (hostname, path, fragment, route) => {
  expect(keep(hostname, path, fragment)).toEqual([route, "fragment-route"]);
});

test.each([
  ["openstreetmap.org", "/a", "map=1'", "#map=1%27"],
  ["wiki.openstreetmap.org", "", "map=1", "#map=1"],
  ["typescriptlang.org", "/play", "code/a:~:b", "#code/a"],
  ["google.de", "/search", "hl=en&q=a&q=&qq=b&aq=c&q=d", "#q=a&q=d"],
  ["google.com", "/trends/explore", "q=a&geo=b&date=c&cat=d&hl=e", "#q=a&geo=b&date=c&cat=d"],
  ["caniuse.com", "/a", "feat=b&c", "#feat=b"],
])("%s%s#%s is the content of its page", (hostname, path, fragment, route) => {
  expect(keep(hostname, path, fragment)).toEqual([route, "fragment-content"]);
});

test.each([
  ["example.com", "", "top"],
  ["example.com", "", "/"],
  ["example.com", "", "!"],
  ["example.com", "", "!/"],
  ["example.com", "", ":~:text=/a"],
  ["google.com", "/maps", "q=a"],
  ["google.com", "", "hl=en&q="],
  ["typescriptlang.org", "/docs", "a"],
  ["github.io", "", "a"],
  ["diagrams.net", "", "a"],
  ["xgoogle.com", "", "q=a"],
])("%s%s#%s is a place on the page", (hostname, path, fragment) => {
  expect(keep(hostname, path, fragment)).toEqual(["", "fragment-drop"]);
});
