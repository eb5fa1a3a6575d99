import * as z from "zod";
import { type EventId, eventIdOfText } from "../../shared/events/event-id.ts";
import { maxTextLength } from "../../shared/events/post.v1.ts";
import { readDateTime } from "../../shared/events/read-date-time.ts";
import { revisionOf } from "../../shared/events/revision.ts";
import { maxLinkLength, maxTitleLength, type SharedLink } from "../../shared/events/shared-link.ts";
import { failedItem, type Item, type Reaction } from "../../shared/posts/post-item.ts";
import type { ItemLayout, Path } from "./item-layout.ts";
import { readHtml } from "./read-html.ts";
import { valueAt } from "./value-at.ts";

/** Version of how items are read. A change that finds other links in the same item raises it. */
const reader = 1;
const maxLanguage = 64;

/** Reads an item by its layout; one that lacks its id or its time, or has a field of another type, fails. */
export function readItem(item: object, layout: ItemLayout): Item {
  const { source } = layout;
  const nativeId = valueAt(item, layout.id);
  if (typeof nativeId === "number" && !Number.isSafeInteger(nativeId)) {
    return failedItem("unsafe-id", named(layout.id), "a number that has lost digits");
  }
  const id = identityOf(source, nativeId);
  if (id === undefined) return failedItem("missing-id", named(layout.id), "no id");
  const createdAt = readTime(valueAt(item, layout.createdAt));
  if (layout.deleted !== undefined && valueAt(item, layout.deleted) === true) {
    return { outcome: "delete", id, createdAt };
  }
  if (createdAt === undefined) {
    return failedItem("impossible-time", named(layout.createdAt), "no time that can be read");
  }
  const texts = readTexts(item, layout);
  if ("wrong" in texts) return failedItem("invalid-field", named(texts.wrong), "no text");
  const shared = readLinks(item, layout);
  if ("wrong" in shared) return failedItem("invalid-field", named(shared.wrong), "no address");
  const { title, language } = texts;
  const html = readHtml(texts.html ?? "");
  const links = linksOf(shared.links, html.links, title);
  const author = identityOf(source, at(item, layout.author));
  const isReply = layout.parent !== undefined && valueAt(item, layout.parent) !== undefined;
  const kind = isReply ? "reply" : "post";
  const changedAt = readTime(at(item, layout.changedAt));
  const text = [title, html.text].filter(Boolean).join("\n");
  const revision = revisionOf({
    reader,
    editedAfterMs: changedAt === undefined ? 0 : changedAt - createdAt,
    isComplete: true,
    resolved: 0,
    author,
    kind,
    links,
  });
  return {
    outcome: "post",
    post: {
      id,
      createdAt,
      kind,
      links,
      interactions: reactionsOf(item, layout),
      alsoKnownAs: [],
      revision,
      author,
      language: language?.slice(0, maxLanguage) || undefined,
      text: text.slice(0, maxTextLength) || undefined,
    },
  };
}

const at = (item: object, path: Path | undefined): unknown =>
  path === undefined ? undefined : valueAt(item, path);

const named = (path: Path): string => path.join(".");

/** `<source>:<native id>`; what stands for white space in an id is escaped, as names may have some. */
function identityOf(source: string, native: unknown): EventId | undefined {
  const text = Number.isSafeInteger(native) ? String(native) : native;
  if (typeof text !== "string") return undefined;
  return eventIdOfText(source, text.replace(/[%\s]/g, encodeURIComponent));
}

/** A greater number is of milliseconds: in seconds, it would be in the year 5138. */
const mostSeconds = 1e11;

/** A time in ms since 1970, UTC. */
function readTime(told: unknown): number | undefined {
  if (!Number.isFinite(told)) return readDateTime(told);
  const count = Number(told);
  return Math.floor(count > mostSeconds ? count : count * 1_000);
}

type Texts = { title?: string; html?: string; language?: string };

function readTexts(item: object, layout: ItemLayout): Texts | { wrong: Path } {
  const texts: Texts = {};
  for (const field of ["title", "html", "language"] as const) {
    const path = layout[field];
    if (path === undefined) continue;
    const value = valueAt(item, path);
    if (value === undefined) continue;
    if (typeof value !== "string") return { wrong: path };
    texts[field] = value.trim();
  }
  return texts;
}

const addresses = z.union([z.string(), z.array(z.string())]).optional();

function readLinks(item: object, { links }: ItemLayout): { links: string[] } | { wrong: Path } {
  const told = links.map((path) => ({ path, read: addresses.safeParse(valueAt(item, path)) }));
  const wrong = told.find(({ read }) => !read.success);
  if (wrong !== undefined) return { wrong: wrong.path };
  const found = told.flatMap(({ read }) => read.data).filter((one) => one !== undefined);
  return { links: found.map((one) => one.trim()) };
}

/** Each link once, in order; the title is of the first one that has a field of its own. */
function linksOf(
  named: readonly string[],
  inText: readonly string[],
  title: string | undefined,
): SharedLink[] {
  const addressed = webAddresses(named);
  const [titled] = addressed;
  const urls = new Set([...addressed, ...webAddresses(inText)]);
  return Array.from(urls, (url) => ({
    url,
    ...(url === titled && title && { title: title.slice(0, maxTitleLength) }),
  }));
}

const webAddresses = (urls: readonly string[]): string[] =>
  urls.filter((url) => /^https?:\/\//i.test(url)).map((url) => url.slice(0, maxLinkLength));

function reactionsOf(item: object, { source, answered }: ItemLayout): Reaction[] {
  const influencer = identityOf(source, at(item, answered));
  return influencer === undefined ? [] : [{ influencer, kind: "reply" }];
}
