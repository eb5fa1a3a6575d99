import { expect, test } from "vitest";
import { covers, findSiteRules } from "../../../../../shared/links/url/site-rules.ts";

test.each([
  [undefined, "example.com", true],
  ["example.com", "example.com", true],
  ["example.com", "a.example.com", true],
  ["example.com", "aexample.com", false],
  ["example.com", "example.com.a", false],
  ["a.example.com", "example.com", false],
])("a rule for %s: does it hold for %s? %s", (scope, host, expected) => {
  expect(covers(scope, host)).toBe(expected);
});

test("a domain has its own rules, and those of its label", () => {
  const names = (domain: string, label?: string) =>
    findSiteRules(domain, label)?.wrappers.map(({ rule }) => rule.name);
  expect(names("google.fr", "google")).toEqual(["google-url", "google-amp", "google-amp"]);
  expect(names("google.com", "google")).toEqual([
    "google-news",
    "google-url",
    "google-amp",
    "google-amp",
  ]);
  expect(names("google.fr")).toBeUndefined();
  expect(names("vk.com", "vk")).toEqual(["vk-away"]);
});

test("the rules of a label are all there on a domain that has its own", () => {
  const amazon = findSiteRules("amazon.com", "amazon");
  expect(amazon?.identities).toHaveLength(1);
  expect(amazon?.parameters).toHaveLength(2);
  expect(amazon?.segments).toEqual([{ host: undefined, rule: "ref=" }]);
  expect(findSiteRules("google.com", "google")?.fragments).toHaveLength(2);
});
