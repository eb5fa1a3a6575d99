/**
 * Names that are a session or a share token with a value of some shape, and content with any
 * other: `sessionid=C365117` is a talk at a conference. Names are compared without case; a name
 * that ends in `*` is a prefix. `beside` demands one of these names in the same query, too.
 *
 * Session names and shapes are those that web archives fold (SURT, OpenWayback) and crawlers drop
 * (Nutch, open-source-search-engine).
 */
export const valueShapes = [
  {
    why: "session",
    // These name a session and nothing else, also as a folder: `/osCsid/…/`.
    names: ["phpsessid", "jsessionid", "zenid", "oscsid", "oscadminid", "xtcsid", "postnukesid"],
    shape: "token",
  },
  {
    why: "session",
    names: [
      "sid",
      "sess",
      "sessid",
      "session",
      "sessionid",
      "session_id",
      "ses",
      "psession",
      "mysid",
      "auth_sess",
      "ps_sess_id",
      "vbsessid",
      "asesessid",
      "nlsessid",
    ],
    shape: "session",
  },
  // vBulletin, and with it only: elsewhere `s` is a search.
  {
    why: "session",
    names: ["s"],
    shape: "hash",
    beside: ["t", "p", "f", "u", "threadid", "postid", "forumid", "userid", "page"],
  },
  { why: "session", names: ["aspsessionid*"], shape: "letters" },
  { why: "session", names: ["cfid"], shape: "number", beside: ["cftoken"] },
  { why: "session", names: ["cftoken"], shape: "cftoken", beside: ["cfid"] },
  // Medium, on its own domain and on those of its publications.
  { why: "share", names: ["gi"], shape: "hex12" },
  // True Anthem, which posts for AP, Reuters and others.
  { why: "share", names: ["taid"], shape: "hex24" },
  // Substack, on its own domain and on those of its letters.
  { why: "share", names: ["r"], shape: "base36", beside: ["triedredirect", "showwelcomeonshare"] },
] as const;

/** What a value looks like, tested in lower case: one row of patterns must match in full. */
export const shapes = {
  /** Opaque: 12 characters or more, with a digit; or nothing. */
  token: [[/^$/], [/^[a-z0-9,.:_!$-]{12,256}$/, /[0-9]/]],
  /** PHP writes 26 or 32 letters and digits, SHA-1 has 40; a UUID; or nothing. */
  session: [
    [/^$/],
    [/^(?:[a-z0-9]{26}|[a-z0-9]{32}|[a-z0-9]{40})$/, /[a-z]/, /[0-9]/],
    [/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/],
  ],
  hash: [[/^(?:[0-9a-f]{32}|[0-9a-f]{40})$/, /[a-z]/, /[0-9]/]],
  /** IIS: 24 letters. */
  letters: [[/^[a-z]{24}$/]],
  number: [[/^[0-9]{1,12}$/]],
  /** ColdFusion: eight digits, or a UUID of its own behind a hash. */
  cftoken: [[/^$/], [/^[0-9a-f-]{8,80}$/, /[0-9]/]],
  hex12: [[/^[0-9a-f]{11,12}$/, /[0-9]/]],
  hex24: [[/^[0-9a-f]{24,26}$/]],
  base36: [[/^[0-9a-z]{3,10}$/]],
} as const;
