import { describe, expect, test } from "vitest";
import { parseLookupOptions } from "../../../../terraform/operate/lookup.ts";

const now = Date.parse("2026-03-04T05:06:07Z");
const parse = (...args: string[]) => parseLookupOptions(args, now);

describe("parseLookupOptions", () => {
  test("a key is looked up as it is, in the hours of the last thirty days", () => {
    expect(parse("example.org/page")).toEqual({
      key: "example.org/page",
      index: { name: "url_hours", sortedBy: ["url_key"] },
      range: { from: Date.parse("2026-02-02T05:00:00Z"), to: now },
      project: undefined,
      bucket: undefined,
      json: false,
    });
  });

  test.each([
    ["https://www.Example.org/page/?utm_source=x", "example.org/page"],
    ["http://example.org/page#top", "example.org/page"],
    ["HTTPS://m.youtube.com/watch?v=dQw4w9WgXcQ&t=1", "youtube.com/watch?v=dQw4w9WgXcQ"],
  ])("of the link %s, its key is", (link, key) => {
    expect(parse(link)?.key).toBe(key);
  });

  test("of another index, nothing is taken for a link", () => {
    expect(parse("https://mastodon.social/users/a", "--index", "influencer_hours")).toMatchObject({
      key: "https://mastodon.social/users/a",
      index: { sortedBy: ["influencer", "influenced"] },
    });
  });

  test("a range has hours", () => {
    expect(parse("k", "--from", "2026-01-02", "--to", "2026-01-02T04:00")?.range).toEqual({
      from: Date.parse("2026-01-02T00:00:00Z"),
      to: Date.parse("2026-01-02T04:00:00Z"),
    });
  });

  test.each([
    [[], "which key? Try --help."],
    [["a", "b"], "one key at a time, not 2"],
    [["a", "--index", "nothing"], "--index nothing: url_hours, influencer_hours, influenced_hours"],
    [["a", "--from", "2026-01-02T03:30"], "--from 2026-01-02T03:30: must be the start of an hour"],
    [["a", "--from", "2026-01-03", "--to", "2026-01-02"], "--to must be later than --from"],
    [["http://localhost/"], "http://localhost/: no such link is counted (no-public-suffix)"],
    [["a", "--nothing"], "Try --help."],
  ])("%j is refused", (args, message) => {
    expect(() => parse(...args)).toThrow(message);
  });

  test("--help is no lookup", () => {
    expect(parse("--help")).toBeUndefined();
  });
});
