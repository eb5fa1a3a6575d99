import { expect, test } from "vitest";
import { describeRule } from "../../../../../shared/links/url/describe-rule.ts";

const sources = {
  utm: "tracking, family utm_ (Google Analytics)",
  duckduckgo:
    "tracking on every site (duckduckgo/privacy-configuration, features/tracking-parameters.json (Apache-2.0))",
};

test.each([
  ["query-drop utm_source", `utm_source dropped: ${sources.utm}`],
  ["query-drop UTM_Source", `UTM_Source dropped: ${sources.utm}`],
  ["query-drop gclid", `gclid dropped: ${sources.duckduckgo}`],
  ["query-drop ref", "ref dropped: tracking with this value, or on this site"],
  ["query-drop smid", "smid dropped: tracking on this site"],
  ["query-drop ab_channel", "ab_channel dropped: tracking on this site"],
  ["query-drop PHPSESSID", "PHPSESSID dropped: a session id of one reader"],
  ["query-drop ASPSESSIONIDQABC", "ASPSESSIONIDQABC dropped: a session id of one reader"],
  ["query-drop taid", "taid dropped: a token of whoever shares"],
  ["query-share token", "token left out of the key: a token of whoever shares"],
  ["unwrap google-url", "a redirect wrapper carries the link: google-url"],
  ["platform x-post", "the platform serves this page under many addresses: x-post"],
  ["host-www", "www names no page of its own"],
  ["unheard-of", "unheard-of"],
])("%s: %s", (rule, description) => {
  expect(describeRule(rule)).toBe(description);
});

test.each([
  "clean-surroundings",
  "clean-ampersand",
  "clean-scheme",
  "clean-no-scheme",
  "unwrap",
  "unwrap-too-deep",
  "host-trailing-dot",
  "host-country-alias",
  "host-www",
  "host-device",
  "host-alias",
  "path-alias",
  "path-escapes",
  "path-slashes",
  "path-session",
  "path-tracking",
  "path-amp",
  "path-index",
  "query-sort",
  "fragment-drop",
  "fragment-route",
  "fragment-content",
  "fragment-hashbang",
  "platform",
  "too-long",
])("%s is explained in words", (rule) => {
  expect(describeRule(rule)).toMatch(/^\S+( \S+)+$/);
});
