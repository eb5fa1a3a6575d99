import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ignoredReasons,
  type NormalizedUrl,
  normalizeUrl,
} from "../../shared/links/normalize-url.ts";
import { trackingFamily, trackingNames } from "../../shared/links/rules/tracking-names.ts";

const runs = { numRuns: 4_000 };

function keyOf(input: string): string | undefined {
  return normalizeUrl(input).urlKey;
}

function counted(input: string): NormalizedUrl {
  const result = normalizeUrl(input);
  if ("ignored" in result) throw new Error(`${input} is ignored: ${result.ignored}`);
  return result;
}

/** Pieces that rules look for, and pieces that break naive code. */
const fragments = [
  "http://",
  "https://",
  "http:",
  "//",
  "/",
  "\\",
  ":",
  "@",
  "?",
  "#",
  "&",
  "=",
  ";",
  ".",
  "..",
  "#!",
  "#/",
  "#!/",
  ":~:",
  "%",
  "%2",
  "%2e",
  "%2F",
  "%61",
  "%6d",
  "%26",
  "%3b",
  "%00",
  "%C3%A9",
  "&amp;",
  "amp;",
  "%61mp;",
  "amp",
  ".amp",
  ".amp.html",
  "index.html",
  "Default.aspx",
  "index",
  ";jsessionid=",
  ";jsess",
  "jsessionid=A1B2C3D4E5F6G7",
  "www.",
  "www2.",
  "m.",
  "mobile.",
  "amp.",
  "example.com",
  "co.uk",
  "com",
  "foo.github.io",
  "blogspot.de",
  "en.m.wikipedia.org",
  "x.com",
  "twitter.com",
  "youtu.be",
  "youtube.com",
  "watch?v=dQw4w9WgXcQ",
  "amazon.de",
  "dp/B00O29DJXU",
  "google.com",
  "url?q=",
  "url?url=",
  "amp/s/",
  "l.facebook.com/l.php?u=",
  "cdn.ampproject.org",
  "c/s/",
  "status/",
  "12345",
  "user",
  "localhost",
  "127.0.0.1",
  "[::1]",
  "0x7f.1",
  "xn--",
  "é",
  "日本",
  "ß",
  "\u00a0",
  "\ufeff",
  "\u200b",
  " ",
  "\t",
  "\n",
  "\u0000",
  "\u001f",
  "<",
  ">",
  '"',
  "'",
  "`",
  "{",
  "}",
  "[",
  "]",
  "|",
  "^",
  "+",
  "%2B",
  "%20",
  "utm_source=a",
  "UTM_X",
  "ref=twitter",
  "ref=abc",
  "s=09",
  "sid=0123456789abcdef0123456789abcdef",
  "CFID=123456&CFTOKEN=76543210",
  "osCsid",
  "/847ve0olpeu5bs5ujkt9ulrgn0/",
  "(S(4hqa0555fwsecu455xqckv45))",
  "jsessionid/",
  "cfid/1/",
  "cftoken/12345678/",
  "story-of-a-day",
  "plugins",
  "r=2mgxo2&triedRedirect=true",
  "share=twitter&nb=1",
  "unlocked_article_code=1",
  "&#038;",
  "%26%23038;",
  "#q=a",
  "#map=1/2/3",
  "attribution_link?u=/watch?v=a",
  "ref=a",
  "statuses/",
  "__proto__",
  "constructor=1",
  "a=1",
  "b=",
  "=c",
  "a",
  "-",
  "_",
  ",",
  "!",
  "*",
  "(",
  ")",
  "~",
  "$",
  "\ud800",
  "\udc00",
  "😀",
];

const stitched = fc
  .array(fc.constantFrom(...fragments), { maxLength: 14 })
  .map((pieces) => pieces.join(""));
const stitchedUrl = fc
  .tuple(
    fc.constantFrom("http://", "https://", "http://www.", ""),
    fc.constantFrom(
      "example.com",
      "x.com",
      "youtu.be",
      "www.youtube.com",
      "amazon.de",
      "google.fr",
      "foo.blogspot.de",
      "en.m.wikipedia.org",
      "a.b.cdn.ampproject.org",
      "news.google.com",
      "www.openstreetmap.org",
      "nam02.safelinks.protection.outlook.com",
      "www.nytimes.com",
    ),
    fc.constantFrom("/", "?", "#", ":8080/", "./", ""),
    stitched,
  )
  .map((pieces) => pieces.join(""));
const anything = fc.oneof(stitched, stitchedUrl, fc.webUrl(), fc.string({ unit: "binary" }));

const word = fc.stringMatching(/^[a-z]{1,8}$/);
const segment = fc.stringMatching(/^[A-Za-z0-9_~-]{1,8}$/).map((text) => `p${text}`);
const site = word.map((name) => `site-${name}.org`);
const parameter = fc.tuple(
  word.map((name) => `q${name}`),
  segment,
);
const page = fc.record({
  site,
  path: fc.array(segment, { maxLength: 4 }),
  query: fc.uniqueArray(parameter, { maxLength: 5, selector: ([name]) => name }),
});
type Page = { site: string; path: string[]; query: [string, string][] };

function write({ site: host, path, query }: Page): string {
  const parts = query.map(([name, value]) => `${name}=${value}`);
  return `https://${host}/${path.join("/")}${parts.length > 0 ? `?${parts.join("&")}` : ""}`;
}

describe("normalizeUrl, for any input", () => {
  it("is total: a key or a reason, never an exception", () => {
    fc.assert(
      fc.property(anything, (input) => {
        const result = normalizeUrl(input);
        if ("ignored" in result) expect(ignoredReasons).toContain(result.ignored);
        else expect(result.urlKey).not.toBe("");
      }),
      runs,
    );
  });

  it("is idempotent: a key is its own key", () => {
    fc.assert(
      fc.property(anything, (input) => {
        const key = keyOf(input);
        if (key !== undefined) expect(keyOf(`https://${key}`)).toBe(key);
      }),
      { numRuns: 8_000 },
    );
  });

  it("gives a url that parses, is stable and has the same key", () => {
    fc.assert(
      fc.property(anything, (input) => {
        const { url, urlKey } = normalizeUrl(input);
        if (url === undefined) return;
        expect(URL.canParse(url)).toBe(true);
        const again = normalizeUrl(url);
        expect(again.urlKey).toBe(urlKey);
        expect(again.url).toBe(url);
      }),
      { numRuns: 8_000 },
    );
  });

  it("gives a key without scheme, userinfo, white space or control characters", () => {
    fc.assert(
      fc.property(anything, (input) => {
        const result = normalizeUrl(input);
        if ("ignored" in result) return;
        expect(result.urlKey).toMatch(/^[!-~]+$/);
        expect(result.urlKey).not.toMatch(/^https?:\/\//);
        const host = result.urlKey.split(/[/?#]/)[0] ?? "";
        expect(host).not.toContain("@");
        expect(host.replace(/:\d+$/, "")).toBe(result.host);
      }),
      runs,
    );
  });
});

describe("normalizeUrl, for pages", () => {
  it("does not depend on the order of parameters", () => {
    const shuffled = page.chain((original) =>
      fc.tuple(
        fc.constant(original),
        fc.shuffledSubarray(original.query, { minLength: original.query.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([original, query]) => {
        expect(keyOf(write({ ...original, query }))).toBe(keyOf(write(original)));
      }),
      runs,
    );
  });

  it("does not depend on added tracking parameters, and takes them off the url", () => {
    const tracking = fc.oneof(
      fc.constantFrom(...trackingNames.flatMap(({ names }) => names)),
      word.map((suffix) => trackingFamily.prefix + suffix),
    );
    const additions = fc.array(fc.tuple(tracking, segment, fc.nat({ max: 5 }), fc.boolean()), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(page, additions, (original, added) => {
        const query = [...original.query];
        for (const [name, value, at, upper] of added) {
          query.splice(at, 0, [upper ? name.toUpperCase() : name, value]);
        }
        const tracked = counted(write({ ...original, query }));
        expect(tracked.urlKey).toBe(keyOf(write(original)));
        expect(tracked.url).toBe(write(original));
      }),
      runs,
    );
  });

  it("keeps the case of the path and of values", () => {
    fc.assert(
      fc.property(page, (original) => {
        const path = original.path.map((part) => part.toUpperCase());
        if (path.join("/") === original.path.join("/")) return;
        expect(keyOf(write({ ...original, path }))).not.toBe(keyOf(write(original)));
      }),
      runs,
    );
  });

  it("keeps pages apart that differ in path or query", () => {
    fc.assert(
      fc.property(page, page, (a, b) => {
        const sameQuery = (query: Page["query"]) =>
          query
            .map((pair) => pair.join("="))
            .toSorted((x, y) => (x < y ? -1 : 1))
            .join("&");
        const same =
          a.site === b.site &&
          a.path.join("/") === b.path.join("/") &&
          sameQuery(a.query) === sameQuery(b.query);
        expect(keyOf(write(a)) === keyOf(write(b))).toBe(same);
      }),
      runs,
    );
  });

  it("does not depend on scheme, www, trailing slash, default port, userinfo or anchors", () => {
    const dress = fc.record({
      scheme: fc.constantFrom("http://", "https://", "HTTP://", "//", ""),
      userinfo: fc.constantFrom("", "u@", "u:p@"),
      www: fc.constantFrom("", "www.", "WWW.", "www3.", "m.", "mobile.", "www.m."),
      port: fc.constantFrom("", ":80", ":443", ":"),
      dot: fc.constantFrom("", "."),
      end: fc.constantFrom("", "/", "/index.html", "//"),
      anchor: fc.constantFrom("", "#", "#top", "#:~:text=a"),
    });
    fc.assert(
      fc.property(page, dress, (original, worn) => {
        const [address = "", query] = write(original).slice("https://".length).split("?");
        const [host = "", ...path] = address.split("/");
        const userinfo = worn.scheme === "" ? "" : worn.userinfo;
        const port = worn.scheme === "" && worn.port === ":" ? "" : worn.port;
        const dressed = `${worn.scheme}${userinfo}${worn.www}${host}${worn.dot}${port}/${path.join(
          "/",
        )}${worn.end}${query === undefined ? "" : `?${query}`}${worn.anchor}`;
        expect(keyOf(dressed)).toBe(keyOf(write(original)));
      }),
      runs,
    );
  });
});
