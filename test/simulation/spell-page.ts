/** A page that links lead to: its key and host, as the policy has them. */
export type Page = { key: string; host: string; links: readonly PageLink[] };

/** One spelling of a link, and the clean link that the view may show for it. */
export type PageLink = { raw: string; url: string };

/**
 * Page number `n` with the spellings that people use of it. Written by hand after URL-POLICY.md:
 * what is right is not asked of the code under test.
 */
export function spellPage(n: number): Page {
  if (n % 3 === 0) {
    const story = `https://news.example.org/story?id=${n}`;
    return {
      key: `news.example.org/story?id=${n}`,
      host: "news.example.org",
      links: [
        { raw: story, url: story },
        { raw: `https://news.example.org/story?utm_medium=x&id=${n}`, url: story },
      ],
    };
  }
  return {
    key: `example.com/p/${n}`,
    host: "example.com",
    links: [
      { raw: `https://example.com/p/${n}`, url: `https://example.com/p/${n}` },
      { raw: `http://www.example.com/p/${n}`, url: `http://www.example.com/p/${n}` },
      {
        raw: `https://EXAMPLE.com/p/${n}?utm_source=feed`,
        url: `https://example.com/p/${n}`,
      },
      { raw: `https://example.com/p/${n}/?fbclid=9`, url: `https://example.com/p/${n}/` },
    ],
  };
}
