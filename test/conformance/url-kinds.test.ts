import { describe, expect, it } from "vitest";
import { normalizeUrl } from "../../shared/links/normalize-url.ts";
import { urlKinds } from "./url-kinds.ts";

const outcome = (input: string) => {
  const result = normalizeUrl(input);
  return "ignored" in result ? `ignored: ${result.ignored}` : result.urlKey;
};

describe.each(urlKinds)("$kind", ({ same, apart }) => {
  it.each(same)("%s is %s", (a, b) => {
    expect(outcome(a)).toBe(outcome(b));
    expect(outcome(a)).not.toMatch(/^ignored/);
  });

  it.each(apart)("%s is apart from %s", (a, b) => {
    expect(outcome(a)).not.toBe(outcome(b));
  });
});

it("guards every kind in both directions", () => {
  for (const { kind, same, apart } of urlKinds) {
    expect(Math.min(same.length, apart.length), kind).toBeGreaterThan(0);
  }
});

describe("what a gift link needs stays in its url", () => {
  it.each([
    [
      "https://www.nytimes.com/a.html?unlocked_article_code=1.K0&smid=url-share",
      "unlocked_article_code=1.K0",
    ],
    ["https://www.theatlantic.com/a/1/?gift=Ab1&utm_source=copy-link", "gift=Ab1"],
    ["https://www.wsj.com/articles/a-1?st=1a2b&reflink=share", "st=1a2b"],
    ["https://drive.google.com/open?usp=sharing&resourcekey=0-Ab", "resourcekey=0-Ab"],
    ["https://bucket.example.com/a?X-Amz-Security-Token=Ab%2F", "X-Amz-Security-Token=Ab%2F"],
  ])("%s keeps %s", (input, kept) => {
    expect(normalizeUrl(input).url?.split("?")[1]).toBe(kept);
    expect(normalizeUrl(input).urlKey).not.toContain("?");
  });
});

it("tells what DNS cannot have from what it can", () => {
  for (const host of [
    "foo...example.org",
    ".example.org",
    "a..b.example.org",
    "www..example.com",
    "example..org",
    "..example.org",
    `a.${"b".repeat(64)}.org`,
    `${"a".repeat(64)}.example.org`,
  ]) {
    expect(outcome(`https://${host}/`)).toBe("ignored: unparsable");
  }
  for (const host of ["foo.example.org...", "-a.example.org", `${"a".repeat(63)}.example.org`]) {
    expect(outcome(`https://${host}/`)).not.toMatch(/^ignored/);
  }
});
