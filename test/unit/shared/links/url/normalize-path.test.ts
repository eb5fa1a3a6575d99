import { expect, test } from "vitest";
import { normalizeHost } from "../../../../../shared/links/url/normalize-host.ts";
import { normalizePath } from "../../../../../shared/links/url/normalize-path.ts";

const normalize = (path: string, hostname = "example.com") => {
  const host = normalizeHost(hostname, []);
  if (host === undefined) throw new Error(`${hostname} is no host`);
  const fired: string[] = [];
  return [normalizePath(path, host, fired), ...fired];
};

test.each([
  ["/", [""]],
  ["/a/", ["/a"]],
  ["/a%2d", ["/a-", "path-escapes"]],
  ["/a%26amp;b", ["/a&b", "path-escapes"]],
  ["/a&amp;b", ["/a&amp;b"]],
  ["/a///b//c", ["/a/b/c", "path-slashes"]],
  ["/a;jsessionid=1;b/c", ["/a;b/c", "path-session"]],
  ["/a;PHPSESSID=1/b;saplb_*=(2)3", ["/a/b", "path-session"]],
  ["/a;jsessionid=1;jsessionid=2", ["/a", "path-session"]],
  ["/a;jsessionid=", ["/a", "path-session"]],
  ["/..;jsessionid=1/a", ["/a", "path-session"]],
  ["/a;xjsessionid=1;saplb_=2", ["/a;xjsessionid=1;saplb_=2"]],
  ["/a-b-c/amp", ["/a-b-c", "path-amp"]],
  ["/a-b-c.amp", ["/a-b-c", "path-amp"]],
  ["/a-b-c.amp.html", ["/a-b-c.html", "path-amp"]],
  ["/a-b-c.amp.htm", ["/a-b-c.amp.htm"]],
  ["/a-b-c/xamp", ["/a-b-c/xamp"]],
  ["/plugin/amp", ["/plugin/amp"]],
  ["/a/osCsid/index.html", ["/a", "path-index", "path-session"]],
  ["/amp/a/b-c-d", ["/amp/a/b-c-d"]],
  ["/undefined/a", ["/undefined/a"]],
])("%s is %j", (path, expected) => {
  expect(normalize(path)).toEqual(expected);
});

test.each([
  "index.htm",
  "index.html",
  "index.xhtml",
  "index.shtml",
  "index.php",
  "index.php3",
  "index.php7",
  "index.phtml",
  "index.asp",
  "index.aspx",
  "index.jsp",
  "index.jspx",
  "index.jsf",
  "index.cfm",
  "index.cgi",
  "default.xhtml",
  "Default.ASPX",
])("%s is its folder", (name) => {
  expect(normalize(`/a/${name}`)).toEqual(["/a", "path-index"]);
});

test.each([
  "index",
  "index.js",
  "index.php2",
  "index.php33",
  "xindex.html",
  "index.html5",
  "indexhtml",
])("%s is a page of its own", (name) => {
  expect(normalize(`/a/${name}`)).toEqual([`/a/${name}`]);
});

test("what a site's rules say of segments holds on that site alone", () => {
  expect(normalize("/s/ref=a/b", "amazon.de")).toEqual(["/s/b", "path-tracking"]);
  expect(normalize("/s/xref=a", "amazon.de")).toEqual(["/s/xref=a"]);
  expect(normalize("/s/ref=a", "amazon.example.com")).toEqual(["/s/ref=a"]);
  expect(normalize("/amp/a/amp/b", "nbcnews.com")).toEqual(["/a/b", "path-amp"]);
  expect(normalize("/ampere/a", "nbcnews.com")).toEqual(["/ampere/a"]);
  expect(normalize("/a-b-c/amp", "github.com")).toEqual(["/a-b-c/amp"]);
  expect(normalize("/a-b-c/amp", "nytimes.com")).toEqual(["/a-b-c", "path-amp"]);
});
