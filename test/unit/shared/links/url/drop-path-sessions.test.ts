import { expect, test } from "vitest";
import { dropPathSessions } from "../../../../../shared/links/url/drop-path-sessions.ts";

const id = "0a1b2c3d4e5f6g7h8i9j0k1l";
const hash = "0123456789abcdef0123456789abcdef";

test.each([
  ["a name and its value", `/a/osCsid/${id}/b`, "/a/b"],
  ["a value in upper case", `/a/sid/${hash.toUpperCase()}/b`, "/a/b"],
  ["two of them", `/sid/${hash}/PHPSESSID/${id}/b`, "/b"],
  ["a name that means nothing else, at the end", "/a/osCsid", "/a"],
  ["two such names", "/a/osCsid/zenid", "/a"],
  ["a number beside its token", "/cfid/123456/cftoken/12345678/a", "/a"],
  ["ASP.NET's id", `/(S(${id}))/a`, "/a"],
  ["ASP.NET's ids", `/a/(A(x)S(${id})F(_-9))/b`, "/a/b"],
  ["an old ASP.NET's id", `/(${id})/a`, "/a"],
  ["all there is", "/osCsid", ""],
])("%s goes", (_, path, rest) => {
  const fired: string[] = [];
  expect(dropPathSessions(path, fired)).toBe(rest);
  expect(fired).toEqual(["path-session"]);
});

test.each([
  "/a/b",
  "/a/osCsid/talk/b",
  "/a/sid",
  "/a/sid/",
  `/a/sides/${hash}`,
  `/asid/${hash}`,
  "/a/xosCsid",
  "/cfid/123456/a",
  `/gi/0123456789ab/a`,
  `/t/1/s/${hash}/a`,
  `/(${id}0)/a`,
  "/(S(short))/a",
  `/(1(${id}))/a`,
  `/(S(${id})/a`,
  `/S(${id})/a`,
  `/x(S(${id}))/a`,
  `/(S(${id}))x/a`,
  `/(S(${id}.))/a`,
  "/(a)/b",
])("%s stays", (path) => {
  const fired: string[] = [];
  expect(dropPathSessions(path, fired)).toBe(path);
  expect(fired).toEqual([]);
});
