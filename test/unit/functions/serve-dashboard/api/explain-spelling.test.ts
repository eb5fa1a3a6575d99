import { expect, test } from "vitest";
import { explainSpelling } from "../../../../../functions/serve-dashboard/api/explain-spelling.ts";

test.each([
  ["https://example.com/x", "example.com/x", ["the same address"]],
  ["https://EXAMPLE.com/x/", "example.com/x", ["another spelling of the same address"]],
  ["http://example.com/x", "example.com/x", ["http and https show the same page"]],
  [
    "https://www.example.com/x?utm_source=b&q=1#d",
    "example.com/x?q=1",
    [
      "www names no page of its own",
      "utm_source dropped: tracking, family utm_ (Google Analytics)",
      "a fragment is a place on the page",
    ],
  ],
  [
    "https://youtu.be/dQw4w9WgXcQ",
    "youtube.com/watch?v=dQw4w9WgXcQ",
    [
      "both hosts serve the same pages",
      "the alias keeps the pages of this host below a path",
      "the platform serves this page under many addresses: youtube-video",
    ],
  ],
  ["https://example.com/moved", "example.com/x", ["counted here by other rules than today's"]],
  ["http://[", "example.com", ["counted here by other rules than today's"]],
])("%s is %s", (spelling, key, why) => {
  expect(explainSpelling(spelling, key)).toEqual(why);
});
