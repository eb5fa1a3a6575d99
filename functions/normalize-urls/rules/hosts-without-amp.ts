/**
 * Sites where a last path segment `amp` is a name chosen by people (an account, a repository, a
 * package, an entry), never the AMP version of the page above it.
 */
export const hostsWithoutAmp = [
  "x.com",
  "facebook.com",
  "instagram.com",
  "threads.net",
  "linkedin.com",
  "pinterest.com",
  "reddit.com",
  "tumblr.com",
  "youtube.com",
  "twitch.tv",
  "t.me",
  "github.com",
  "gitlab.com",
  "bitbucket.org",
  "npmjs.com",
  "pypi.org",
  "crates.io",
  "docs.rs",
  "wikipedia.org",
  "wiktionary.org",
  "merriam-webster.com",
  "urbandictionary.com",
] as const;
