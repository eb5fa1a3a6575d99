import { expect, test } from "vitest";
import { leavesArticle } from "../../../../../shared/links/url/leaves-article.ts";

test.each([
  "/three-short-words",
  "/a_b_c",
  "/a-b_c",
  "/big-story",
  "/news/story",
  "/news/four",
  "/1234",
  "/a1234b",
  "/a.html",
  "/a.b.HTML",
  "/a.jsp",
])("%s is an article", (path) => {
  expect(leavesArticle(path)).toBe(true);
});

test.each([
  "",
  "/",
  "/story",
  "/news/two",
  "/news/stories",
  "/news/wiki",
  "/news/Wiki",
  "/the-two",
  "/my-wiki",
  "/123",
  "/a12-34",
  "/a.js",
  "/a.htmlxx",
  "/.html",
  "/news/.four-words-with-dot",
  "/news/~story",
  "/news/@story",
])("%j is none", (path) => {
  expect(leavesArticle(path)).toBe(false);
});

test("a sign that begins no name may stand in it", () => {
  expect(leavesArticle("/news/st@ry")).toBe(true);
});
