/** One line of the policy: links and the key they share, or the reason they are ignored for. */
export type PolicyRow = { input: string; key: string } | { input: string; ignored: string };

/** The policy `url_key` v1 by its steps, as examples; the page for readers is generated from it. */
export const policyTable: { step: string; rule: string; rows: PolicyRow[] }[] = [
  {
    step: "1. Clean",
    rule: "What surrounds a link goes, `&amp;` is undone, the scheme is repaired; no scheme means https. A link over 4,096 characters gets a hash for a key.",
    rows: [
      { input: ' "http://example.com/a" ', key: "example.com/a" },
      { input: "<https://example.com/a>", key: "example.com/a" },
      { input: "example.com/a", key: "example.com/a" },
      { input: "//example.com/a", key: "example.com/a" },
      { input: "http:/example.com/a", key: "example.com/a" },
      { input: "http:\\\\example.com\\a", key: "example.com/a" },
      { input: "http://http://example.com/a", key: "example.com/a" },
      { input: "https://example.com/?a=1&amp;b=2", key: "example.com?a=1&b=2" },
      { input: 'https://example.com/?q="a b"', key: "example.com?q=%22a%20b%22" },
    ],
  },
  {
    step: "2. Parse",
    rule: "The platform's WHATWG parser, once. What cannot be counted is ignored with its reason.",
    rows: [
      { input: "ftp://example.com/a", ignored: "not-http" },
      { input: "mailto:a@example.com", ignored: "not-http" },
      { input: "http://localhost:3000/", ignored: "no-public-suffix" },
      { input: "http://intranet.corp/wiki", ignored: "no-public-suffix" },
      { input: "http://192.168.0.1/", ignored: "ip-address" },
      { input: "http://0x7f.1/", ignored: "ip-address" },
      { input: "http://[2001:db8::1]/", ignored: "ip-address" },
      { input: "http://exa mple.com/", ignored: "unparsable" },
      { input: "/articles/1", ignored: "unparsable" },
    ],
  },
  {
    step: "3. Unwrap",
    rule: "Known redirect wrappers, a closed table, at most 4 deep. Never any parameter that looks like a URL.",
    rows: [
      {
        input: "https://www.google.com/url?sa=t&url=https%3A%2F%2Fexample.com%2Fa&usg=x",
        key: "example.com/a",
      },
      { input: "https://www.google.fr/amp/s/amp.example.com/a/amp/", key: "example.com/a" },
      { input: "https://example-com.cdn.ampproject.org/c/s/example.com/a", key: "example.com/a" },
      {
        input: "https://l.facebook.com/l.php?u=http%3A%2F%2Fexample.com%2Fa&h=AT0",
        key: "example.com/a",
      },
      {
        input: "https://l.instagram.com/?u=https%3A%2F%2Fexample.com%2Fa&e=AT1",
        key: "example.com/a",
      },
      {
        input: "https://www.youtube.com/redirect?q=https%3A%2F%2Fexample.com%2Fa",
        key: "example.com/a",
      },
      {
        input: "https://t.umblr.com/redirect?z=https%3A%2F%2Fexample.com%2Fa&t=x",
        key: "example.com/a",
      },
      {
        input: "https://out.reddit.com/t3_x?url=https%3A%2F%2Fexample.com%2Fa",
        key: "example.com/a",
      },
      { input: "https://vk.com/away.php?to=https%3A%2F%2Fexample.com%2Fa", key: "example.com/a" },
      {
        input: "https://example.com/login?next=https%3A%2F%2Fexample.org%2Fa",
        key: "example.com/login?next=https%3A%2F%2Fexample.org%2Fa",
      },
      {
        input: "https://web.archive.org/web/2014/http://example.com/",
        key: "web.archive.org/web/2014/http:/example.com",
      },
    ],
  },
  {
    step: "4. Host",
    rule: "Punycode; `www.`, `www1.` …, `m.`, `mobile.`, `amp.`, `touch.` go while a registrable domain remains; hosts with the same pages become one. Language, `blog.` and `news.` stay.",
    rows: [
      { input: "https://WWW.Example.COM./", key: "example.com" },
      { input: "https://www2.example.com/", key: "example.com" },
      { input: "https://mobile.example.com/a", key: "example.com/a" },
      { input: "https://www.com/a", key: "www.com/a" },
      { input: "https://www.gov.uk/a", key: "www.gov.uk/a" },
      { input: "https://m.github.io/a", key: "m.github.io/a" },
      { input: "https://bücher.example.de/", key: "xn--bcher-kva.example.de" },
      { input: "https://en.m.wikipedia.org/wiki/Tweet", key: "en.wikipedia.org/wiki/Tweet" },
      { input: "https://mobile.twitter.com/hourtally", key: "x.com/hourtally" },
      { input: "https://old.reddit.com/r/a", key: "reddit.com/r/a" },
      { input: "https://a.blogspot.co.uk/2012/", key: "a.blogspot.com/2012" },
      { input: "https://blog.example.com/", key: "blog.example.com" },
    ],
  },
  {
    step: "5. Scheme, userinfo, port",
    rule: "Scheme and userinfo go, and so do the ports 80 and 443; any other port stays.",
    rows: [
      { input: "http://example.com:443/a", key: "example.com/a" },
      { input: "https://user:secret@example.com/a", key: "example.com/a" },
      { input: "https://example.com:8080/a", key: "example.com:8080/a" },
    ],
  },
  {
    step: "6. Path",
    rule: "One spelling of escapes, no empty segments, session ids, AMP suffixes, index files or trailing slash. Case is kept.",
    rows: [
      { input: "https://example.com/a/./b/../c//d/", key: "example.com/a/c/d" },
      { input: "https://example.com/%7eA%2f%5b", key: "example.com/~A%2F%5B" },
      { input: "https://example.com/[x]|100%", key: "example.com/%5Bx%5D%7C100%25" },
      { input: "https://example.com/Product/ABC", key: "example.com/Product/ABC" },
      { input: "https://example.com/a;jsessionid=0A1B2C.n1", key: "example.com/a" },
      { input: "https://example.com/a/amp/", key: "example.com/a" },
      { input: "https://example.com/a.amp.html", key: "example.com/a.html" },
      { input: "https://github.com/a/amp", key: "github.com/a/amp" },
      { input: "https://example.com/a/Default.aspx?b=1", key: "example.com/a?b=1" },
      { input: "https://example.com/a/index.html", key: "example.com/a" },
    ],
  },
  {
    step: "7. Query",
    rule: "Tracking goes: by name, by family, by site, by listed value, by the shape of a session id. The rest is spelled one way and sorted by name.",
    rows: [
      { input: "https://example.com/a?utm_source=x&b=1&FBCLID=y", key: "example.com/a?b=1" },
      { input: "https://example.com/a?fbclid1=y", key: "example.com/a?fbclid1=y" },
      { input: "https://example.com/a?WT.mc_id=1&WT=2", key: "example.com/a?WT=2" },
      { input: "https://www.nytimes.com/a.html?smid=tw-share", key: "nytimes.com/a.html" },
      { input: "https://example.com/a?smid=tw-share", key: "example.com/a?smid=tw-share" },
      { input: "https://example.com/a?ref=twitter", key: "example.com/a" },
      {
        input: "https://example.com/a?ref=4045-USHJ-3810",
        key: "example.com/a?ref=4045-USHJ-3810",
      },
      { input: "https://example.com/a?s=09", key: "example.com/a" },
      { input: "https://example.com/a?s=090", key: "example.com/a?s=090" },
      { input: "https://example.com/a?m=1&output=amp", key: "example.com/a" },
      {
        input: "https://example.com/a?PHPSESSID=9ee2fb10b7274ef2b15d1d4006b8c8dd",
        key: "example.com/a",
      },
      { input: "https://example.com/a?sessionid=C365117", key: "example.com/a?sessionid=C365117" },
      { input: "https://www.axs.com/a?utm_source=x", key: "axs.com/a?utm_source=x" },
      { input: "https://example.com/a?c=3&&b=x+y&a=", key: "example.com/a?a&b=x%20y&c=3" },
      { input: "https://example.com/a?b=2&b=1", key: "example.com/a?b=2&b=1" },
      { input: "https://example.com/?q=a%2bb", key: "example.com?q=a%2Bb" },
    ],
  },
  {
    step: "8. Fragment",
    rule: "Dropped, unless it is a route (`#/…`, `#!…`); text directives always go.",
    rows: [
      { input: "https://example.com/a#top", key: "example.com/a" },
      { input: "https://example.com/a#:~:text=word", key: "example.com/a" },
      { input: "https://example.com/#/route/1:~:text=word", key: "example.com#/route/1" },
      { input: "https://example.com/#!route", key: "example.com#!route" },
      { input: "https://example.com/#/", key: "example.com" },
    ],
  },
  {
    step: "9. Platform identity",
    rule: "YouTube videos, X posts (by their id alone) and profiles (in lower case), Amazon products.",
    rows: [
      { input: "https://youtu.be/dQw4w9WgXcQ?t=43", key: "youtube.com/watch?v=dQw4w9WgXcQ" },
      {
        input: "https://m.youtube.com/watch?list=PL1&v=dQw4w9WgXcQ",
        key: "youtube.com/watch?v=dQw4w9WgXcQ",
      },
      {
        input: "https://www.youtube.com/shorts/dQw4w9WgXcQ",
        key: "youtube.com/watch?v=dQw4w9WgXcQ",
      },
      {
        input: "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
        key: "youtube.com/watch?v=dQw4w9WgXcQ",
      },
      { input: "https://www.youtube.com/playlist?list=PL1", key: "youtube.com/playlist?list=PL1" },
      { input: "https://twitter.com/user/status/20/photo/1?s=20", key: "x.com/i/status/20" },
      { input: "https://twitter.com/#!/user/statuses/20", key: "x.com/i/status/20" },
      { input: "https://x.com/i/web/status/20", key: "x.com/i/status/20" },
      { input: "https://x.com/NASA", key: "x.com/nasa" },
      {
        input: "https://www.amazon.de/Title/dp/B00O29DJXU/ref=sr_1?tag=x",
        key: "amazon.de/dp/B00O29DJXU",
      },
      { input: "https://smile.amazon.com/gp/product/B00O29DJXU", key: "amazon.com/dp/B00O29DJXU" },
    ],
  },
];
