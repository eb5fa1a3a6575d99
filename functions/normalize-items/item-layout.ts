/** Names of members, from the outside. */
export type Path = readonly string[];

/** How the items of a JSON API are read, declared as data. A field that an API lacks is left out. */
export type ItemLayout = {
  /** The network: its ids begin with it, and the attribute `source` of a message names it. */
  source: string;
  /** Where in an answer its items are; an answer that has none there is an item, or a list of them. */
  items: Path;
  /** What identifies an item: text, or a whole number. */
  id: Path;
  /** When it was created: RFC 3339 with its offset, or seconds or milliseconds since 1970. */
  createdAt: Path;
  /** When it was changed last, in the same ways: of an item's readings the newest one counts. */
  changedAt?: Path;
  author?: Path;
  language?: Path;
  /** Title of the page that it shares, and the first line of its text. */
  title?: Path;
  /** Links that it shares: each an address, or a list of them. */
  links: readonly Path[];
  /** Its text as HTML, whose anchors are links that it shares, too. */
  html?: Path;
  /** The item that it answers; with it, it is a reply. */
  parent?: Path;
  /** The author whom it answers. */
  answered?: Path;
  /** True of an item that is deleted. */
  deleted?: Path;
};
