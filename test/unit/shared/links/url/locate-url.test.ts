import { describe, expect, test } from "vitest";
import { locateHost, locateUrl } from "../../../../../shared/links/url/locate-url.ts";

describe("the parts of a link", () => {
  test.each([
    ["https://example.com", "", "/", "", ""],
    ["http://u:p@example.com:443/a?b?c#d?e#f", "", "/a", "b?c", "d?e#f"],
    ["https://example.com:80?b", "", "/", "b", ""],
    ["https://example.com:8080/a/#b?c", ":8080", "/a/", "", "b?c"],
    ["https://exam\u0001ple.com/a\u0001b", "", "/a%01b", "", ""],
  ])("%s", (text, port, path, query, fragment) => {
    expect(locateUrl(text, [])).toMatchObject({
      hostname: "example.com",
      port,
      path,
      query,
      fragment,
    });
  });

  test("are found again in what it is fetched by", () => {
    const { href, pathEnd, queryEnd } = locateUrl("https://example.com/a?b#c", []) ?? {};
    expect(href?.slice(0, pathEnd)).toBe("https://example.com/a");
    expect(href?.slice(pathEnd, queryEnd)).toBe("?b");
    expect(href?.slice(queryEnd)).toBe("#c");
  });

  test("of what is no link are none", () => {
    expect(locateUrl("https://exa mple.com/", [])).toBeUndefined();
    expect(locateUrl("https://example.com&a/", [])).toBeUndefined();
  });
});

describe("the host of a link that is not parsed whole", () => {
  test.each([
    ["https://u@www.example.com/a b", "example.com"],
    ["https://example.com?a", "example.com"],
    ["https://example.com:99999/", undefined],
  ])("%s", (text, name) => {
    expect(locateHost(text, [])?.name).toBe(name);
  });

  test("stands in its first 4,096 characters", () => {
    expect(locateHost(`https://${"u".repeat(4084)}@example.com/`, [])?.name).toBe("example.com");
    expect(locateHost(`https://${"u".repeat(4085)}@example.com/`, [])).toBeUndefined();
  });
});
