import { describe, expect, test } from "vitest";
import { identifyPlatform } from "../../../../../shared/links/url/identify-platform.ts";
import { normalizeHost } from "../../../../../shared/links/url/normalize-host.ts";

const identify = (hostname: string, path: string, query = "") => {
  const host = normalizeHost(hostname, []);
  if (host === undefined) throw new Error(`${hostname} is no host`);
  return identifyPlatform(host, path, query);
};
const id = "dQw4w9WgXcQ";

test("says by which rule, and the host of the key", () => {
  expect(identify("kids.youtube.com", "/watch", `list=a&v=${id}`)).toEqual({
    name: "youtube-video",
    key: `youtube.com/watch?v=${id}`,
    host: "youtube.com",
  });
});

describe("a video", () => {
  test.each([
    ["", `v=${id}`],
    ["/watch", `v=${id}`],
    ["/v/watch", `a=b&v=${id}%22`],
    ["/watch", `v&v=${id}`],
    [`/shorts/${id}`, ""],
    [`/embed/${id}`, "a=b"],
    [`/live/${id}`, ""],
    [`/v/${id}&hl=en`, ""],
    [`/e/${id}`, ""],
    [`/watch/${id}`, ""],
  ])("%s?%s", (path, query) => {
    expect(identify("youtube.com", path, query)).toMatchObject({
      name: "youtube-video",
      key: `youtube.com/watch?v=${id}`,
    });
  });

  test.each([
    ["/watch", "list=a"],
    ["/watch", "v=%20a"],
    ["/watch", `vv=${id}`],
    ["/awatch", `v=${id}`],
    ["/watch/a/b", ""],
    ["/watches", `v=${id}`],
    [`/a/shorts/${id}`, ""],
    [`/short/${id}`, ""],
    [`/shorts/${id}/a`, ""],
    ["/embed/videoseries", "list=a"],
    ["/embed/live_stream", "channel=a"],
    ["/embed/playlist", "list=a"],
    ["/v/watch", ""],
    ["/shorts/", ""],
  ])("is not %s?%s", (path, query) => {
    expect(identify("youtube.com", path, query)).toBeUndefined();
  });
});

describe("a post on X", () => {
  test.each([
    "/a/status/20",
    "/A_9/statuses/20",
    "/i/status/20",
    "/i/web/status/20",
    "/statuses/20",
    "/a/status/20/photo/1",
    "/a/status/20/video/12",
    "/a/status/20?a",
    "/a/status/20/photo/1%20a",
  ])("%s", (path) => {
    expect(identify("x.com", path)).toEqual({
      name: "x-post",
      key: "x.com/i/status/20",
      host: "x.com",
    });
  });

  test.each([
    "/a/b/status/20",
    "/a/status/20abc",
    "/a/status/20/likes",
    "/a/status/20/photo",
    "/a/status/20/photo/a",
    "/a/status/20/photo/1/b",
    "/a/status/20?a/b",
    "/a/status/a",
    "/a.b/status/20",
    "/i/webs/status/20",
  ])("is not %s", (path) => {
    expect(identify("x.com", path)).toBeUndefined();
  });
});

describe("a profile on X", () => {
  test.each([
    ["/NASA", "", "x.com/nasa"],
    ["/NASA", "lang=en", "x.com/nasa?lang=en"],
    ["/A_9/with_replies", "", "x.com/a_9/with_replies"],
    ["/a/highlights", "", "x.com/a/highlights"],
    ["/a/articles", "", "x.com/a/articles"],
    ["/a/media", "", "x.com/a/media"],
    ["/a/likes", "", "x.com/a/likes"],
    ["/a/followers", "", "x.com/a/followers"],
    ["/a/following", "", "x.com/a/following"],
  ])("%s?%s is %s", (path, query, key) => {
    expect(identify("x.com", path, query)).toEqual({ name: "x-profile", key, host: "x.com" });
  });

  test.each(["/NASA/lists", "/NASA/media/a", "/NASA-a", "/a/NASA/media"])("is not %s", (path) => {
    expect(identify("x.com", path)).toBeUndefined();
  });
});

describe("a product of Amazon", () => {
  test.each([
    "/dp/B00O29DJXU",
    "/dp/B00O29DJXU/ref",
    "/dp/B00O29DJXU-a",
    "/Some-Title/dp/B00O29DJXU",
    "/-/en/dp/B00O29DJXU",
    "/-/en_GB/Title/dp/B00O29DJXU",
    "/gp/product/B00O29DJXU",
    "/gp/aw/d/B00O29DJXU",
    "/d/B00O29DJXU",
    "/o/ASIN/B00O29DJXU",
    "/exec/obidos/ASIN/B00O29DJXU",
    "/exec/obidos/tg/detail/-/B00O29DJXU",
  ])("%s", (path) => {
    expect(identify("amazon.co.jp", path, "a=b")).toEqual({
      name: "amazon-product",
      key: "amazon.co.jp/dp/B00O29DJXU",
      host: "amazon.co.jp",
    });
  });

  test.each([
    "/dp/B00O29DJXUX",
    "/dp/B00O29DJX",
    "/dp/b00o29djxu",
    "/a/b/dp/B00O29DJXU",
    "/product/B00O29DJXU",
    "dp/B00O29DJXU",
  ])("is not %s", (path) => {
    expect(identify("amazon.co.jp", path)).toBeUndefined();
  });
});

test("another site has none", () => {
  expect(identify("example.com", "/watch", `v=${id}`)).toBeUndefined();
});
