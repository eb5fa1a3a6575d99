/**
 * Redirect wrappers, a closed table: "any parameter that looks like a URL" would swallow login
 * pages and web archives.
 *
 * `hosts` match on label boundaries; `google.*` is google under any public suffix. A wrapper
 * either names its `parameters` (the first that holds an http URL wins) or carries the target in
 * the path below one of its `paths`, without a scheme.
 */
export const wrappers = [
  { name: "google-url", hosts: ["google.*"], path: "/url", parameters: ["url", "q"] },
  { name: "google-news", hosts: ["news.google.com"], below: "/", parameters: ["url"] },
  { name: "google-amp", hosts: ["google.*"], paths: ["/amp/s/"], scheme: "https://" },
  { name: "google-amp", hosts: ["google.*"], paths: ["/amp/"], scheme: "http://" },
  {
    name: "amp-cache",
    hosts: ["cdn.ampproject.org"],
    paths: ["/c/s/", "/v/s/", "/i/s/", "/r/s/", "/a/s/", "/wp/s/"],
    scheme: "https://",
  },
  {
    name: "amp-cache",
    hosts: ["cdn.ampproject.org"],
    paths: ["/c/", "/v/", "/i/", "/r/", "/a/", "/wp/"],
    scheme: "http://",
  },
  { name: "facebook-link", hosts: ["facebook.com"], path: "/l.php", parameters: ["u"] },
  { name: "instagram-link", hosts: ["l.instagram.com"], below: "/", parameters: ["u"] },
  { name: "youtube-redirect", hosts: ["youtube.com"], path: "/redirect", parameters: ["q"] },
  { name: "tumblr-link", hosts: ["t.umblr.com"], below: "/", parameters: ["z"] },
  { name: "reddit-out", hosts: ["out.reddit.com"], below: "/", parameters: ["url"] },
  { name: "linkedin-redirect", hosts: ["linkedin.com"], below: "/redir", parameters: ["url"] },
  { name: "vk-away", hosts: ["vk.com"], path: "/away.php", parameters: ["to"] },
  { name: "slack-redirect", hosts: ["slack-redir.net"], below: "/", parameters: ["url"] },
] as const;
