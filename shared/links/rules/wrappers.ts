/**
 * Redirect wrappers, a closed table: "any parameter that looks like a URL" would swallow login
 * pages and web archives.
 *
 * `hosts` match on label boundaries; `google.*` is google under any public suffix. A wrapper
 * either names its `parameters` (the first that holds a link wins; `base` is what a target that
 * is only a path belongs to) or carries the target in the path below one of its `paths`.
 */
export const wrappers = [
  { name: "google-url", hosts: ["google.*"], path: "/url", parameters: ["url", "q"] },
  { name: "google-news", hosts: ["news.google.com"], below: "/", parameters: ["url"] },
  { name: "google-amp", hosts: ["google.*"], paths: ["/amp/s/"], scheme: "https://" },
  { name: "google-amp", hosts: ["google.*"], paths: ["/amp/"], scheme: "http://" },
  {
    name: "amp-cache",
    hosts: ["cdn.ampproject.org", "bing-amp.com"],
    paths: ["/c/s/", "/v/s/", "/i/s/", "/r/s/", "/a/s/", "/wp/s/"],
    scheme: "https://",
  },
  {
    name: "amp-cache",
    hosts: ["cdn.ampproject.org", "bing-amp.com"],
    paths: ["/c/", "/v/", "/i/", "/r/", "/a/", "/wp/"],
    scheme: "http://",
  },
  { name: "facebook-link", hosts: ["facebook.com"], path: "/l.php", parameters: ["u"] },
  { name: "facebook-link", hosts: ["facebook.com"], path: "/flx/warn", parameters: ["u"] },
  { name: "messenger-link", hosts: ["l.messenger.com"], below: "/", parameters: ["u"] },
  { name: "instagram-link", hosts: ["l.instagram.com"], below: "/", parameters: ["u"] },
  {
    name: "threads-link",
    hosts: ["l.threads.net", "l.threads.com"],
    below: "/",
    parameters: ["u"],
  },
  { name: "youtube-redirect", hosts: ["youtube.com"], path: "/redirect", parameters: ["q"] },
  {
    name: "youtube-attribution",
    hosts: ["youtube.com"],
    path: "/attribution_link",
    parameters: ["u"],
    base: "https://www.youtube.com",
  },
  { name: "tumblr-link", hosts: ["t.umblr.com"], below: "/", parameters: ["z"] },
  { name: "reddit-out", hosts: ["out.reddit.com"], below: "/", parameters: ["url"] },
  { name: "linkedin-redirect", hosts: ["linkedin.com"], below: "/redir", parameters: ["url"] },
  { name: "linkedin-redirect", hosts: ["linkedin.com"], path: "/safety/go", parameters: ["url"] },
  { name: "vk-away", hosts: ["vk.com"], path: "/away.php", parameters: ["to"] },
  { name: "slack-redirect", hosts: ["slack-redir.net"], below: "/", parameters: ["url"] },
  {
    name: "outlook-safe-link",
    hosts: ["safelinks.protection.outlook.com"],
    below: "/",
    parameters: ["url"],
  },
  { name: "duckduckgo-link", hosts: ["duckduckgo.com"], path: "/l", parameters: ["uddg"] },
  {
    name: "steam-link",
    hosts: ["steamcommunity.com"],
    path: "/linkfilter",
    parameters: ["url", "u"],
  },
  { name: "soundcloud-exit", hosts: ["exit.sc", "gate.sc"], below: "/", parameters: ["url"] },
  { name: "medium-redirect", hosts: ["medium.com"], path: "/r", parameters: ["url"] },
  { name: "pocket-redirect", hosts: ["getpocket.com"], path: "/redirect", parameters: ["url"] },
  { name: "tiktok-link", hosts: ["tiktok.com"], path: "/link/v2", parameters: ["target"] },
  {
    name: "curseforge-link",
    hosts: ["curseforge.com"],
    path: "/linkout",
    parameters: ["remoteUrl"],
  },
  {
    name: "skimlinks-redirect",
    hosts: ["go.skimresources.com", "go.redirectingat.com"],
    below: "/",
    parameters: ["url"],
  },
  { name: "viglink-redirect", hosts: ["redirect.viglink.com"], below: "/", parameters: ["u"] },
  { name: "awin-redirect", hosts: ["awin1.com"], below: "/", parameters: ["ued", "p"] },
  { name: "rakuten-redirect", hosts: ["click.linksynergy.com"], below: "/", parameters: ["murl"] },
  {
    name: "cj-redirect",
    hosts: ["anrdoezrs.net", "dpbolvw.net", "jdoqocy.com", "kqzyfj.com", "tkqlhce.com"],
    below: "/",
    parameters: ["url"],
  },
  {
    name: "doubleclick-redirect",
    hosts: ["adclick.g.doubleclick.net"],
    below: "/",
    parameters: ["adurl"],
  },
  {
    name: "shareasale-redirect",
    hosts: ["shareasale.com"],
    path: "/r.cfm",
    parameters: ["urllink"],
  },
  { name: "ebay-rover", hosts: ["rover.ebay.com"], below: "/rover", parameters: ["mpre"] },
  { name: "zhihu-link", hosts: ["link.zhihu.com"], below: "/", parameters: ["target"] },
] as const;
