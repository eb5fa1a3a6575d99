/**
 * Session ids, dropped only with a value that looks like one: `sessionid=C365117` is a talk at a
 * conference. Names are compared without case; a name that ends in `*` is a prefix.
 * The names and shapes are those that web archives fold (SURT, OpenWayback) and Nutch drops.
 */
export const sessionShapes = [
  { names: ["phpsessid", "jsessionid", "zenid", "oscsid", "cftoken"], shape: "token" },
  { names: ["sid", "sessid", "sessionid", "session_id"], shape: "digest" },
  { names: ["aspsessionid*"], shape: "letters" },
  { names: ["cfid"], shape: "number" },
] as const;

/** What a value looks like, tested in lower case; every pattern listed must match. */
export const shapes = {
  /** The name says it; an opaque token of 12 characters or more, with a digit. */
  token: [/^[a-z0-9,.:_!-]{12,128}$/, /[0-9]/],
  /** A hash: 32 characters or more, letters and digits both. */
  digest: [/^[a-z0-9]{32,128}$/, /[a-z]/, /[0-9]/],
  /** IIS: 24 letters. */
  letters: [/^[a-z]{24}$/],
  /** ColdFusion. */
  number: [/^[0-9]{4,12}$/],
} as const;
