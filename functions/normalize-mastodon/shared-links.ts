import * as z from "zod";
import {
  maxLinkLength,
  maxSlotLength,
  maxTitleLength,
  type SharedLink,
} from "../../shared/events/shared-link.ts";
import type { Anchor } from "./read-content.ts";

export const card = z.object({ url: z.string().nullish(), title: z.string().nullish() }).nullish();

type Told = {
  anchors: readonly Anchor[];
  card: z.infer<typeof card>;
  /** Addresses of those it mentions, and of the status that it quotes: no pages that it shares. */
  others: ReadonlySet<string | null | undefined>;
  /** Whether it is known to quote a status, also one that is not told. */
  isQuoting: boolean;
};

/** The links of a status, and how many of them its server has followed to where they lead. */
export type SharedLinks = { links: SharedLink[]; resolved: number };

/**
 * The links in the text of a status, each once, in order, without mentions and hashtags. The card is of
 * the first of them: it tells its title and, where the address is another one, where it leads. A card
 * of a mention or a hashtag is none.
 */
export function sharedLinks({ anchors, card: preview, others, isQuoting }: Told): SharedLinks {
  const names = new Set<string>();
  const urls = new Set<string>();
  for (const { href, isName, isQuote } of anchors) {
    const isOther = isName || (isQuote && isQuoting) || others.has(href);
    const isLink = !isOther && webAddress.test(href);
    (isLink ? urls : names).add(href.slice(0, maxLinkLength));
  }
  const page = preview?.url?.slice(0, maxLinkLength);
  const title = preview?.title?.trim().slice(0, maxTitleLength);
  if (!page?.match(webAddress) || names.has(page) || others.has(page)) {
    return { links: [...urls].map((url) => ({ url })), resolved: 0 };
  }
  const titled = { url: page, ...(title && { title }) };
  if (urls.has(page)) {
    return { links: [...urls].map((url) => (url === page ? titled : { url })), resolved: 1 };
  }
  const [slot, ...rest] = urls;
  const first = { ...titled, ...(slot && slot.length <= maxSlotLength && { slot }) };
  return { links: [first, ...rest.map((url) => ({ url }))], resolved: 1 };
}

const webAddress = /^https?:\/\//i;
