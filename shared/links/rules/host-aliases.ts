/**
 * Hosts that serve the same pages. `from` is compared after `www.`, `m.` and the like are off.
 * With `under`, the path moves below it.
 */
export const hostAliases = [
  {
    from: ["twitter.com", "fxtwitter.com", "vxtwitter.com", "fixupx.com", "fixvx.com"],
    to: "x.com",
  },
  { from: ["youtube-nocookie.com", "music.youtube.com"], to: "youtube.com" },
  { from: ["youtu.be"], to: "youtube.com", under: "/v" },
  { from: ["old.reddit.com", "np.reddit.com", "new.reddit.com"], to: "reddit.com" },
  { from: ["mbasic.facebook.com", "web.facebook.com"], to: "facebook.com" },
  { from: ["threads.net"], to: "threads.com" },
] as const;

/** Sites with one name under many public suffixes: `foo.blogspot.de` is `foo.blogspot.com`. */
export const countryAliases = [{ label: "blogspot", to: "blogspot.com" }] as const;
