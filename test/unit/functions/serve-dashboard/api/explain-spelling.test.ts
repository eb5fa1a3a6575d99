import { expect, test } from "vitest";
import { explainSpelling } from "../../../../../functions/serve-dashboard/api/explain-spelling.ts";

test.each([
  ["https://a.com/x", "https://a.com/x", ["the same address"]],
  ["http://a.com/x", "https://a.com/x", ["http and https are one"]],
  [
    "https://m.a.com/x/",
    "https://a.com/x",
    ["m.a.com is a.com", "a slash at the end means nothing"],
  ],
  [
    "https://a.com/X?utm_source=b&q=1&fbclid=c#d",
    "https://a.com/x?q=1",
    ["without utm_source, fbclid", "upper and lower case are one", "without its fragment"],
  ],
  [
    "https://youtu.be/abc?si=1",
    "https://www.youtube.com/watch?v=abc",
    ["youtu.be is www.youtube.com", "without si", "the page is at /watch"],
  ],
  ["http://[", "https://a.com/", ["counted by its whole text"]],
])("%s is %s", (spelling, clean, why) => {
  expect(explainSpelling(spelling, clean)).toEqual(why);
});
