import type { Random } from "../support/create-random.ts";
import { type Page, type PageLink, spellPage } from "./spell-page.ts";

/** What a source may know of a post: a bare text, links, where they lead, and what their pages are called. */
export const knowledge = ["text", "links", "resolved", "titled"] as const;

/** A post as one source delivers it once. Of several readings of a post the best informed one counts. */
export type Reading = {
  /** How often the post had been edited. */
  edit: number;
  knows: (typeof knowledge)[number];
  links: readonly ToldLink[];
  /** By key: the page as it is counted, with the link that stands first in the post. */
  pages: ReadonlyMap<string, SharedPage>;
};

type SharedPage = { url: string; host: string; title?: string | undefined };

/** A link as its post has it; `leadsTo` is where, if the source has followed it. */
export type ToldLink = { raw: string; leadsTo?: string; title?: string };

/** Whether a reading is better informed than another: a later edit, or the same with more known of it. */
export const isBetter = (one: Reading, other: Reading): boolean =>
  one.edit > other.edit ||
  (one.edit === other.edit && knowledge.indexOf(one.knows) > knowledge.indexOf(other.knows));

const pages = Array.from({ length: 40 }, (_, n) => spellPage(n + 1));

/** Some page; few pages are shared by many. */
export function somePage(random: Random): Page {
  return pages[Math.floor(pages.length * random.fraction() ** 2)] ?? random.pick(pages);
}

/** Links of a post, each with the page that it shows when it is followed. */
type Shared = readonly { link: PageLink; page: Page }[];

/** The links of a post in one of its versions; now and then the same page twice, in two spellings. */
export function shareLinks(random: Random): Shared {
  const count = random.pick([0, 0, 1, 1, 1, 1, 2]);
  const chosen = new Set(Array.from({ length: count }, () => somePage(random)));
  return [...chosen].flatMap((page) => {
    const times = random.chance(0.05) ? 2 : 1;
    return Array.from({ length: times }, () => ({ link: random.pick(page.links), page }));
  });
}

/** Pages of a post by key, as the link shows them that stands first, with the title of any. */
export function sharedPages(shared: Shared, titleOf: (raw: string) => string | undefined) {
  const pages = new Map<string, SharedPage>();
  for (const { link, page } of shared) {
    const known = pages.get(page.key) ?? { url: link.url, host: page.host };
    const title = known.title ?? titleOf(link.raw);
    pages.set(page.key, { ...known, ...(title !== undefined && { title }) });
  }
  return pages;
}

/** What a source that knows so much delivers of a version of post `native`. */
export function readPost(
  native: string,
  edit: number,
  knows: Reading["knows"],
  shared: Shared,
): Reading {
  const told: ToldLink[] = [];
  const counted = new Map<string, { url: string; host: string; title?: string | undefined }>();
  const add = (key: string, page: { url: string; host: string; title?: string | undefined }) => {
    if (!counted.has(key)) counted.set(key, page);
  };
  if (knows === "text") {
    const key = `text.example.com/${native}`;
    told.push({ raw: `https://${key}` });
    add(key, { url: `https://${key}`, host: "text.example.com" });
    return { edit, knows, links: told, pages: counted };
  }
  // A link that is no page of the public web, in some posts.
  if (native.endsWith("3")) told.push({ raw: "http://localhost/x" });
  for (const [index, { link, page }] of shared.entries()) {
    const short = `short.example.com/${native}-${edit}-${index}`;
    if (knows === "links") {
      told.push({ raw: `https://${short}` });
      add(short, { url: `https://${short}`, host: "short.example.com" });
      continue;
    }
    const title = knows === "titled" ? `${page.key} as ${native} has it` : undefined;
    told.push({
      raw: `https://${short}`,
      leadsTo: link.raw,
      ...(title !== undefined && { title }),
    });
    add(page.key, { url: link.url, host: page.host, title });
  }
  return { edit, knows, links: told, pages: counted };
}
