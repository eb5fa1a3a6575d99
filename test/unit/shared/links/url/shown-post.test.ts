import { expect, test } from "vitest";
import { shownPost } from "../../../../../shared/links/url/shown-post.ts";

test.each([
  ["x.com/i/status/20", "x:20"],
  ["x.com/nasa", undefined],
  ["example.com/x.com/i/status/20", undefined],
])("%s shows %s", (urlKey, post) => {
  expect(shownPost(urlKey)).toBe(post);
});
