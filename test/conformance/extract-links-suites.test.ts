import { describe, expect, it } from "vitest";
import { z } from "zod";
import { extractLinks } from "../../functions/normalize-tweets/extract-links.ts";
import { readSuite, suitesMissing, titled } from "./url-suites.ts";

const textCase = z.object({ id: z.string(), text: z.string(), expected: z.array(z.string()) });
const indicesCase = z.object({
  id: z.string(),
  text: z.string(),
  expected: z.array(z.object({ url: z.string() })),
});

const cases = <T>(name: string, schema: z.ZodType<T>) =>
  suitesMissing ? [] : readSuite(name, schema);

describe.skipIf(suitesMissing)(titled("twitter-text"), () => {
  const urls = cases("twitter-text-extract-urls", textCase);

  it("has 91 cases for URLs in a text", () => {
    expect(urls).toHaveLength(91);
  });

  it.each(urls)("$id: $text", ({ text, expected }) => {
    expect(extractLinks(text)).toEqual(expected);
  });

  it.each(cases("twitter-text-extract-tco-urls-with-params", textCase))("$id: $text", (c) => {
    expect(extractLinks(c.text)).toEqual(c.expected);
  });

  it.each(cases("twitter-text-extract-urls-with-indices", indicesCase))("$id: $text", (c) => {
    expect(extractLinks(c.text)).toEqual(c.expected.map(({ url }) => url));
  });
});

describe.skipIf(suitesMissing)(titled("Bluesky rich text"), () => {
  const posts = cases("bluesky-rich-text", textCase);

  it("has 40 cases", () => {
    expect(posts).toHaveLength(40);
  });

  it.each(posts)("$id: $text", ({ text, expected }) => {
    // Bluesky writes https:// before a link that has no scheme.
    const withScheme = (link: string) => (/^https?:/.test(link) ? link : `https://${link}`);
    expect(extractLinks(text).map(withScheme)).toEqual(expected);
  });
});
