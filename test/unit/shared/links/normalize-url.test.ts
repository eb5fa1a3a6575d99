import { createHash } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { keyVersion, normalizeUrl, traceUrl } from "../../../../shared/links/normalize-url.ts";

const keyOf = (input: string) => normalizeUrl(input).urlKey;
const urlOf = (input: string) => normalizeUrl(input).url;
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

describe("the result", () => {
  it("has key, url, host, version and the rules that fired, in the order of the steps", () => {
    expect(normalizeUrl(" http://www.example.com:80/a/?b=1&utm_source=x#top ")).toEqual({
      urlKey: "example.com/a?b=1",
      url: "http://www.example.com/a/?b=1#top",
      host: "example.com",
      keyVersion,
      rules: ["clean-surroundings", "host-www", "query-drop utm_source", "fragment-drop"],
    });
  });

  it("has no rules where none fired", () => {
    expect(normalizeUrl("https://example.com/a?b=1").rules).toEqual([]);
  });

  it("names the host of the key: stripped, aliased, of the platform, without port", () => {
    expect(normalizeUrl("https://mobile.twitter.com/a").host).toBe("x.com");
    expect(normalizeUrl("https://smile.amazon.de/dp/B00O29DJXU").host).toBe("amazon.de");
    expect(normalizeUrl("https://www.example.com:8080/a").host).toBe("example.com");
  });

  it("keeps the reason of a link that is not counted, and its identity where it has one", () => {
    expect(normalizeUrl("mailto:a@example.com")).toEqual({ ignored: "not-http" });
    expect(normalizeUrl("https://http./a")).toEqual({ ignored: "no-public-suffix" });
    expect(normalizeUrl("http://127.1:8080/a/")).toEqual({
      ignored: "ip-address",
      urlKey: "127.0.0.1:8080/a",
      url: "http://127.0.0.1:8080/a/",
      host: "127.0.0.1",
      keyVersion,
      rules: [],
    });
  });
});

describe("url", () => {
  it.each([
    [
      "https://example.com/A%2f?b=%7E&UTM_source=x&a=+1&&c=",
      "https://example.com/A%2f?b=%7E&a=+1&&c=",
    ],
    ["https://example.com/?utm_source=x", "https://example.com/"],
    ["https://example.com/?utm_source=x&a=1", "https://example.com/?a=1"],
    ["https://example.com/?a=1&utm_source=x#utm_source=x", "https://example.com/?a=1#utm_source=x"],
    ["http://user:pass@example.com./a;b=1/", "http://user:pass@example.com./a;b=1/"],
    [
      "https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.com%2Fa%3Fb%3D1%26fbclid%3Dx",
      "https://example.com/a?b=1",
    ],
    ["https://youtu.be/dQw4w9WgXcQ?si=x", "https://youtu.be/dQw4w9WgXcQ"],
    ["https://example.com/it'?fbclid=x", "https://example.com/it%27"],
    ["https://example.com/it'?fbclid=x#a", "https://example.com/it'#a"],
    ["https://example.com/it'?fbclid=x&a", "https://example.com/it'?a"],
    ["https://www.google.com/amp/example.com/a", "http://example.com/a"],
  ])("of %s is fetchable and otherwise unchanged", (input, url) => {
    expect(urlOf(input)).toBe(url);
  });
});

describe("cleaning", () => {
  it.each([
    "\u0000\u001f https://example.com/a \u007f",
    "\ufeffhttps://example.com/a\u00a0",
    "\u201chttps://example.com/a".slice(1),
    "'https://example.com/a'",
    'https://example.com/a">',
    "https://example.com/a\u200b",
    "\u3000https://example.com/a\u3000",
    "https://example.com:80/a",
    "https://example.com/a;phpsessid=0123",
    "https://example.com/a?sessionid=0123456789abcdefghij0123456789abcdefghij",
    "ht\ntps://exam\tple.com/\ra",
    "http:example.com/a",
    "HTTPS:\\\\example.com/a",
    "https://http//example.com/a",
    "https://https://http:/example.com/a",
    "://example.com/a",
    "example.com:443/a",
    "http://exam\u0000ple.com/a",
  ])("finds example.com/a in %j", (input) => {
    expect(keyOf(input)).toBe("example.com/a");
  });

  it("undoes &amp; as often as it was escaped", () => {
    expect(keyOf("https://example.com/?a=1&amp;amp;b=2&amp;c=3")).toBe("example.com?a=1&b=2&c=3");
    expect(keyOf("https://example.com/?amp;b=2&a=1")).toBe("example.com?a=1&b=2");
  });

  it("keeps controls in the path as the parser escapes them", () => {
    expect(keyOf("https://example.com/a\u0001b")).toBe("example.com/a%01b");
  });

  it.each([
    ["", "unparsable"],
    [" \n ", "unparsable"],
    ["/a/b", "unparsable"],
    ["?a=1", "unparsable"],
    ["http://", "unparsable"],
    ["http://http://", "unparsable"],
    ["https://exa mple.com", "unparsable"],
    ["https://example.com&a=1", "unparsable"],
    ["https://example.com:99999/", "unparsable"],
    ["https://./", "unparsable"],
    ["javascript:alert(1)", "not-http"],
    ["data:text/html,a", "not-http"],
    ["com.example.app://open", "not-http"],
    ["view-source:https://example.com/", "not-http"],
    ["tel:+4912345", "not-http"],
    ["a", "no-public-suffix"],
    ["https://com/", "no-public-suffix"],
    ["https://example.invalid/", "no-public-suffix"],
    ["localhost:8080/a", "no-public-suffix"],
    ["http://2130706433/", "ip-address"],
    ["[2001:db8::1]:80", "ip-address"],
    ["http://127.0.0.1./", "ip-address"],
  ])("ignores %j: %s", (input, ignored) => {
    expect(normalizeUrl(input)).toHaveProperty("ignored", ignored);
  });
});

describe("a link over 4,096 characters", () => {
  const start = "https://www.example.com/?a=";

  it("has the hash of the whole for a key, and says so", () => {
    const input = start + "x".repeat(4097 - start.length);
    expect(normalizeUrl(input)).toEqual({
      urlKey: `example.com/sha256-${sha256(input)}`,
      url: input,
      host: "example.com",
      keyVersion,
      rules: ["too-long"],
    });
    expect(keyOf(input.slice(0, -1))).toBe(`example.com?a=${"x".repeat(4096 - start.length)}`);
  });

  it("is measured as it is serialised, and as its key is", () => {
    expect(normalizeUrl(`https://example.com/${"日".repeat(500)}`).rules).toContain("too-long");
    expect(normalizeUrl(`https://example.com/${"[".repeat(2000)}`).rules).toContain("too-long");
  });

  it("may come out of a shorter wrapper", () => {
    const inner = `https://example.com/${"%7B".repeat(2000)}`;
    const result = normalizeUrl(`https://google.com/url?q=https://example.com/${"{".repeat(2000)}`);
    expect(result).toEqual({
      urlKey: `example.com/sha256-${sha256(inner)}`,
      url: inner,
      host: "example.com",
      keyVersion,
      rules: ["unwrap google-url", "too-long"],
    });
  });

  it("leaves room for a scheme before its key", () => {
    const longest = `example.com/%5B${"a".repeat(4073)}`;
    expect(keyOf(`https://example.com/[${"a".repeat(4073)}`)).toBe(longest);
    const input = `https://example.com/[${"a".repeat(4074)}`;
    expect(normalizeUrl(input)).toMatchObject({
      urlKey: `example.com/sha256-${sha256(`${longest}a`)}`,
      url: input,
      rules: ["path-escapes", "too-long"],
    });
  });

  it("is serialised up to 65,536 characters", () => {
    const path = "a".repeat(65_536 - 20);
    expect(keyOf(`https://EXAMPLE.com/${path}`)).toBe(
      `example.com/sha256-${sha256(`https://example.com/${path}`)}`,
    );
    expect(keyOf(`https://EXAMPLE.com/${path}a`)).toBe(
      `example.com/sha256-${sha256(`https://EXAMPLE.com/${path}a`)}`,
    );
  });

  it("is not unwrapped", () => {
    const input = `https://www.google.com/url?q=https://example.com/&a=${"a".repeat(4096)}`;
    expect(normalizeUrl(input)).toMatchObject({
      urlKey: `google.com/sha256-${sha256(input)}`,
      rules: ["too-long"],
    });
  });

  it("is still told from another one", () => {
    const long = `https://example.com/${"a".repeat(5000)}`;
    expect(keyOf(`${long}b`)).not.toBe(keyOf(`${long}c`));
  });

  it("of a megabyte is not even parsed whole", () => {
    const input = `https://user@www.example.com/${"日".repeat(1 << 20)}`;
    const parse = vi.spyOn(URL, "parse");
    const result = normalizeUrl(input);
    expect(parse.mock.calls).toEqual([["https://user@www.example.com/"]]);
    parse.mockRestore();
    expect(result.urlKey).toBe(`example.com/sha256-${sha256(input)}`);
    expect(keyOf(result.url ?? "")).toBe(result.urlKey);
    expect(normalizeUrl(`https://${"@".repeat(1 << 20)}example.com`)).toEqual({
      ignored: "unparsable",
    });
  });
});

describe("unwrapping", () => {
  const wrap = (url: string) => `https://www.google.com/url?q=${encodeURIComponent(url)}`;
  const nest = (depth: number) => {
    let url = "https://example.com/a";
    for (let level = 0; level < depth; level++) url = wrap(url);
    return url;
  };

  it("follows a nest of 4 and leaves a deeper one alone", () => {
    expect(keyOf(nest(4))).toBe("example.com/a");
    expect(normalizeUrl(nest(4)).rules).toEqual(Array(4).fill("unwrap google-url"));
    expect(normalizeUrl(nest(5)).host).toBe("google.com");
    expect(normalizeUrl(nest(5)).rules).toContain("unwrap-too-deep");
  });

  it.each([
    [
      "https://www.google.co.uk/url?url=https://example.com/a&q=https://example.org/",
      "example.com/a",
    ],
    ["https://google.com//url/?q=https%3A%2F%2Fexample.com%2Fa", "example.com/a"],
    ["https://news.google.com/news/url?sa=t&fd=R&&url=http://example.com/a/", "example.com/a"],
    ["https://www.google.com/amp/example.com/a", "example.com/a"],
    ["https://x-com.cdn.ampproject.org/v/s/example.com/a?amp_js_v=0.1&b=1#c", "example.com/a?b=1"],
    ["https://m.facebook.com/l.php?u=https%3A%2F%2Fexample.com%2Fa", "example.com/a"],
    ["https://www.linkedin.com/redir/redirect?url=https%3A%2F%2Fexample.com%2Fa", "example.com/a"],
    ["https://slack-redir.net/link?url=https%3A%2F%2Fexample.com%2Fa", "example.com/a"],
    ["https://vk.com/away.php?to=https%3A%2F%2Fexample.com%2F%E9", "example.com/%EF%BF%BD"],
    ["https://vk.com/away.php?to=%68ttps%3A%2F%2Fexample.com%2F%E9", "example.com/%EF%BF%BD"],
  ])("of %s gives %s", (input, key) => {
    expect(keyOf(input)).toBe(
      key === "example.com/%EF%BF%BD" ? keyOf("https://example.com/%E9") : key,
    );
  });

  it.each([
    "google.com/url?q=mailto:a@example.com",
    "google.com/url?q=/search",
    "google.com/url?q=http://127.0.0.1/",
    "google.com/search?q=https://example.com/",
    "notgoogle.example.com/url?q=https://example.com/a",
    "facebook.com/sharer.php?u=https://example.com/a",
    "google.com:8080/url?q=https://example.com/a",
    "exampleyoutube.com/redirect?q=https://example.com/a",
  ])("leaves %s alone", (key) => {
    expect(keyOf(`https://${key}`)).toBe(key);
  });
});

describe("hosts", () => {
  it.each([
    ["www.www.example.com", "www.www.example.com"],
    ["www.m.example.co.uk", "example.co.uk"],
    ["m.www.example.com", "example.com"],
    ["www1234.example.com", "www1234.example.com"],
    ["wwwexample.com", "wwwexample.com"],
    ["mobile.de", "mobile.de"],
    ["m.co.uk", "m.co.uk"],
    ["www.s3.amazonaws.com", "www.s3.amazonaws.com"],
    ["gov.uk", "gov.uk"],
    ["amp.theguardian.com", "theguardian.com"],
    ["touch.facebook.com", "facebook.com"],
    ["de.wikipedia.org", "de.wikipedia.org"],
    ["commons.m.wikimedia.org", "commons.wikimedia.org"],
    ["pic.twitter.com", "pic.twitter.com"],
    ["mytwitter.com", "mytwitter.com"],
    ["i.reddit.com", "i.reddit.com"],
    ["m.blogspot.de", "m.blogspot.com"],
    ["www.a.blogspot.com.br", "a.blogspot.com"],
    ["blogspot.de", "blogspot.com"],
    ["xn--bcher-kva.de", "xn--bcher-kva.de"],
    ["BÜCHER.de", "xn--bcher-kva.de"],
    ["straße.de", "xn--strae-oqa.de"],
    ["a_b.example.com", "a_b.example.com"],
    ["example.com..", "example.com"],
  ])("%s is %s", (host, key) => {
    expect(keyOf(`https://${host}/`)).toBe(key);
  });
});

describe("paths", () => {
  it.each([
    ["/a%2Fb%23c%3Fd%25e", "/a%2Fb%23c%3Fd%25e"],
    ["/a%2fb%3a%40%24%26%2b%3b%3d", "/a%2Fb:@$&+;="],
    ["/%41%7A%2d%2e%5f%7e", "/Az-._~"],
    ["/%28a%29%2C'", "/(a),"],
    ["/it%27s/it's", "/it%27s/it%27s"],
    ["/100%/%zz/%2", "/100%25/%25zz/%252"],
    ["/{a}|^`", "/%7Ba%7D%7C%5E%60"],
    ["/%69ndex%2Ehtml", ""],
    ["/a-slug-of-words/%61%6dp/%69ndex%2Ehtml", "/a-slug-of-words"],
    ["/story/2024/index.html/amp/index.php//", "/story/2024"],
    ["/a/Index.HTM", "/a"],
    ["/a/index.json", "/a/index.json"],
    ["/a/myindex.html", "/a/myindex.html"],
    ["/index", "/index"],
    ["/default.asp", ""],
    ["/a-b-c.amp", "/a-b-c"],
    ["/a.amp", "/a.amp"],
    ["/amp/", "/amp"],
    ["/.amp", "/.amp"],
    ["/ampere", "/ampere"],
    ["/amp/a", "/amp/a"],
    ["/a;JSESSIONID=1A;v=2/b", "/a;v=2/b"],
    ["/a/..;jsessionid=1/b", "/b"],
    ["/a;b=1", "/a;b=1"],
    ["/https://example.org//b", "/https:/example.org/b"],
  ])("%s is %s", (path, key) => {
    expect(keyOf(`https://example.com${path}`)).toBe(`example.com${key}`);
  });

  it("keeps a name that is amp", () => {
    expect(keyOf("https://x.com/amp")).toBe("x.com/amp");
    expect(keyOf("https://en.wikipedia.org/wiki/amp")).toBe("en.wikipedia.org/wiki/amp");
  });
});

describe("queries", () => {
  it.each([
    ["b=2&a=1&%61=0", "a=1&a=0&b=2"],
    ["a=&b", "a&b"],
    ["&&a=1&=&%20&=x&", "a=1"],
    ["a==", "a=="],
    ["q=%2b+%20", "q=%2B%20%20"],
    ["a[]=1&a%5b%5D=2", "a%5B%5D=1&a%5B%5D=2"],
    ["u%74m_source=x", ""],
    ["utm_", ""],
    ["utmsource=x", "utmsource=x"],
    ["gclid", ""],
    ["ref=TWITTER", ""],
    ["ref=", "ref"],
    ["source=newsletter", "source=newsletter"],
    ["s=20", "s=20"],
    ["s=09&m=2", "m=2"],
    ["mode=amp&mode=full", "mode=full"],
    ["platform=hootsuite", ""],
    ["amp", ""],
    ["amp=2", "amp=2"],
    ["sid=0123456789abcdef0123456789abcdef", ""],
    ["sid=20140415093252", "sid=20140415093252"],
    ["ASPSESSIONIDQABCDEFG=ABCDEFGHIJKLMNOPQRSTUVWX", ""],
    ["CFID=123456&CFTOKEN=12345678abcd", ""],
    ["PHPSESSID=talk", "PHPSESSID=talk"],
    ["__proto__=1&constructor=2", "__proto__=1&constructor=2"],
    ["si=1&feature=2&t=3&tag=4", "feature=2&si=1&t=3&tag=4"],
  ])("%s is %s", (query, key) => {
    expect(keyOf(`https://example.com/?${query}`)).toBe(
      `example.com${key === "" ? "" : `?${key}`}`,
    );
  });

  it.each([
    ["https://www.youtube.com/@a?si=1&feature=2&view=3", "youtube.com/@a?view=3"],
    ["https://x.com/search?q=a&s=20&t=b", "x.com/search?q=a"],
    ["https://fox.com/?s=20", "fox.com?s=20"],
    ["https://cooking.nytimes.com/a?smid=x", "cooking.nytimes.com/a"],
    ["https://www.nytimes.com/a?pagewanted=2", "nytimes.com/a?pagewanted=2"],
    [
      "https://www.facebook.com/a?fref=nf&__xts__[0]=68&story_fbid=1",
      "facebook.com/a?story_fbid=1",
    ],
    ["https://www.amazon.co.jp/s?k=a&tag=b&pf_rd_p=c", "amazon.co.jp/s?k=a"],
    ["https://www.exampleamazon.com/a?tag=b", "exampleamazon.com/a?tag=b"],
    ["https://shop.axs.com/?gclid=1&b&a=+", "shop.axs.com?a=%20&b&gclid=1"],
    ["https://notaxs.com/?gclid=1", "notaxs.com"],
  ])("%s is %s", (input, key) => {
    expect(keyOf(input)).toBe(key);
  });
});

describe("fragments", () => {
  it.each([
    ["#!/a:~:text=b", "#!/a"],
    ["#!", ""],
    ["#!/", ""],
    ["#/a/?b=1", "#/a/?b=1"],
    ["#a/b", ""],
    ["#:~:text=/a", ""],
    ["#/it's%2f", "#/it%27s%2f"],
  ])("%s is %s", (fragment, key) => {
    expect(keyOf(`https://example.com/${fragment}`)).toBe(`example.com${key}`);
  });
});

describe("platform identity", () => {
  it.each([
    [
      "https://youtube.com/watch/?feature=share&v=dQw4w9WgXcQ#t=1",
      "youtube.com/watch?v=dQw4w9WgXcQ",
    ],
    ["https://youtu.be/watch?v=dQw4w9WgXcQ", "youtube.com/watch?v=dQw4w9WgXcQ"],
    ["https://www.youtube.com/v/dQw4w9WgXcQ&hl=en", "youtube.com/watch?v=dQw4w9WgXcQ"],
    ["https://www.youtube.com/live/dQw4w9WgXcQ?si=x", "youtube.com/watch?v=dQw4w9WgXcQ"],
    [
      "https://www.youtube.com/embed/videoseries?list=PL1",
      "youtube.com/embed/videoseries?list=PL1",
    ],
    ["https://www.youtube.com/watch?list=PL1", "youtube.com/watch?list=PL1"],
    ["https://youtu.be/", "youtube.com"],
    ["https://x.com/a/statuses/20/", "x.com/i/status/20"],
    ["https://x.com/B/status/20/video/1", "x.com/i/status/20"],
    ["https://x.com/i/web/status/20", "x.com/i/status/20"],
    ["https://x.com/i/status/20?s=46", "x.com/i/status/20"],
    ["https://mobile.twitter.com/statuses/20", "x.com/i/status/20"],
    ["https://fxtwitter.com/a/status/20", "x.com/i/status/20"],
    ["https://x.com/a/status/21", "x.com/i/status/21"],
    ["https://twitter.com/NASA?lang=en", "x.com/nasa?lang=en"],
    ["https://x.com/NASA/media", "x.com/nasa/media"],
    ["https://x.com/NASA/lists/Crew", "x.com/NASA/lists/Crew"],
    ["https://x.com/search?q=NASA", "x.com/search?q=NASA"],
    ["https://x.com/hashtag/NASA", "x.com/hashtag/NASA"],
    ["https://x.com/a/status/20/likes", "x.com/a/status/20/likes"],
    ["https://x.com/a/status/20abc", "x.com/a/status/20abc"],
    ["https://x.com:8443/a/status/20/photo/1", "x.com:8443/a/status/20/photo/1"],
    ["https://twitter.com/#!/a", "x.com/a"],
    ["https://twitter.com/#!/search?q=a", "x.com#!/search?q=a"],
    ["https://twitter.com/#!/search#a", "x.com#!/search#a"],
    ["https://twitter.com/#!search", "x.com#!search"],
    ["https://example.com/#!/a", "example.com#!/a"],
    ["https://youtube.com/#!/a", "youtube.com#!/a"],
    ["https://x.com/a/status/20#!/b", "x.com/a/status/20#!/b"],
    ["https://www.amazon.com.au/-/en/Title/dp/B00O29DJXU?th=1", "amazon.com.au/dp/B00O29DJXU"],
    ["https://www.amazon.fr/gp/aw/d/B00O29DJXU", "amazon.fr/dp/B00O29DJXU"],
    ["https://www.amazon.com/exec/obidos/ASIN/0596000278/x-20", "amazon.com/dp/0596000278"],
    ["https://www.amazon.com/product-reviews/B00O29DJXU", "amazon.com/product-reviews/B00O29DJXU"],
    ["https://www.amazon.com/dp/B00O29DJXUX", "amazon.com/dp/B00O29DJXUX"],
    ["https://amazon.example.com/dp/B00O29DJXU?a=1", "amazon.example.com/dp/B00O29DJXU?a=1"],
  ])("%s is %s", (input, key) => {
    expect(keyOf(input)).toBe(key);
  });
});

describe("traceUrl", () => {
  it("tells what each step changed, and gives the same result", () => {
    const input =
      "http://www.google.com/url?q=https%3A%2F%2Fwww.example.com%2Fa%2F%3Futm_id%3D1%23top";
    const { result, steps } = traceUrl(input);
    expect(result).toEqual(normalizeUrl(input));
    expect(steps).toEqual([
      { step: "clean", before: input, after: input, rules: [] },
      { step: "parse", before: input, after: input, rules: [] },
      {
        step: "unwrap",
        before: input,
        after: "https://www.example.com/a/?utm_id=1#top",
        rules: ["unwrap google-url"],
      },
      { step: "host", before: "www.example.com", after: "example.com", rules: ["host-www"] },
      { step: "path", before: "/a/", after: "/a", rules: [] },
      { step: "query", before: "utm_id=1", after: "", rules: ["query-drop utm_id"] },
      { step: "fragment", before: "#top", after: "", rules: ["fragment-drop"] },
    ]);
  });

  it("tells what an alias and a platform make of it, and its route", () => {
    expect(traceUrl("https://youtu.be/dQw4w9WgXcQ").steps.slice(3)).toEqual([
      { step: "host", before: "youtu.be", after: "youtube.com", rules: ["host-alias"] },
      { step: "path", before: "/dQw4w9WgXcQ", after: "/v/dQw4w9WgXcQ", rules: ["path-alias"] },
      {
        step: "platform",
        before: "youtube.com/v/dQw4w9WgXcQ",
        after: "youtube.com/watch?v=dQw4w9WgXcQ",
        rules: ["platform youtube-video"],
      },
    ]);
    expect(traceUrl("https://x.com/#!/NASA").steps.slice(5)).toEqual([
      {
        step: "fragment",
        before: "#!/NASA",
        after: "",
        rules: ["fragment-route", "fragment-hashbang"],
      },
      {
        step: "platform",
        before: "x.com/NASA",
        after: "x.com/nasa",
        rules: ["platform x-profile"],
      },
    ]);
  });
});
