/**
 * Pages that a platform serves under many addresses, and the one key they get.
 *
 * `path` is matched against the canonical path, which has no trailing slash; `$1` and `$2` are its
 * groups, `$domain` is the registrable domain, `$query` the canonical query. With `parameter`, `$1`
 * is what `value` finds in that parameter; with `ignoresCase` it is in lower case.
 * `except` lists what stands in the place of an id without being one. With
 * `isDomainOnly` it holds for the host itself, not for those below it.
 */
export const platformIdentities = [
  {
    name: "youtube-video",
    hosts: ["youtube.com"],
    path: /^(?:(?:\/v)?\/watch)?$/,
    parameter: "v",
    // An id has 11 characters; whatever stands behind it was not meant to.
    value: /^([A-Za-z0-9_-]{1,11})/,
    key: "youtube.com/watch?v=$1",
  },
  {
    name: "youtube-video",
    hosts: ["youtube.com"],
    path: /^\/(?:shorts|embed|live|v|e|watch)\/([A-Za-z0-9_-]{1,11})[^/]{0,1024}$/,
    except: ["videoseries", "live_stream", "playlist", "watch"],
    key: "youtube.com/watch?v=$1",
  },
  {
    name: "x-post",
    hosts: ["x.com"],
    // Names do not identify a post: they change, ignore case, and are left out by `/i/` and alike.
    path: /^\/(?:(?:[A-Za-z0-9_]{1,64}|i\/web)\/status(?:es)?|statuses)\/(\d{1,32})(?:\/(?:(?:photo|video)\/\d{1,3}|media[Vv]iewer))?(?:[^A-Za-z0-9/][^/]{0,1024})?$/,
    key: "x.com/i/status/$1",
  },
  {
    name: "x-profile",
    hosts: ["x.com"],
    path: /^\/([A-Za-z0-9_]{1,64})(\/(?:with_replies|highlights|articles|media|likes|followers|following))?$/,
    ignoresCase: true,
    // `developer.x.com/docs` is nobody's.
    isDomainOnly: true,
    // What is no profile, as `/search`, is told by its query.
    key: "x.com/$1$2$query",
  },
  {
    name: "amazon-product",
    hosts: ["amazon.*"],
    path: /^(?:\/-\/[A-Za-z_-]{2,8})?(?:\/[^/]{1,1024})?\/(?:dp(?:\/product)?|gp\/product|gp\/aw\/d|d|o\/ASIN|exec\/obidos\/ASIN|exec\/obidos\/tg\/detail\/-)\/([A-Z0-9]{10})(?:[^A-Za-z0-9]|$)/,
    key: "$domain/dp/$1",
  },
] as const;
