import * as z from "zod";
import { maxLinkLength, maxTitleLength, type SharedLink } from "../../shared/events/shared-link.ts";

const facet = z.object({
  index: z.object({ byteStart: z.number(), byteEnd: z.number() }),
  features: z.array(
    z.object({ $type: z.string(), uri: z.string().nullish(), did: z.unknown().optional() }),
  ),
});

export const facets = z.array(facet).nullish();

const external = z.object({ uri: z.string(), title: z.string().nullish() });

/** Of an embed, what may be a link or a quote; whatever else it is, is left alone. */
export const embed = z
  .object({
    $type: z.string().nullish(),
    external: external.nullish(),
    media: z.object({ external: external.nullish() }).nullish(),
    record: z
      .object({
        uri: z.string().nullish(),
        record: z.object({ uri: z.string().nullish() }).nullish(),
      })
      .nullish(),
  })
  .nullish();

type Shown = {
  text: string;
  facets: z.infer<typeof facets>;
  embed: z.infer<typeof embed>;
};

/**
 * The links of a post, each once, in order: those in its text, then its card, also that beside a
 * quote, with the title of the card. A facet outside of the text is shown to nobody, and is none.
 */
export function sharedLinks({ text, facets: marked, embed: embedded }: Shown): SharedLink[] {
  const links = new Map<string, SharedLink>();
  if (marked) {
    const end = Buffer.byteLength(text);
    for (const { index, features } of marked) {
      const isShown = index.byteStart >= 0 && index.byteStart < Math.min(index.byteEnd, end);
      if (!isShown) continue;
      for (const { $type, uri } of features) if ($type === linkFacet && uri) add(links, uri);
    }
  }
  const card = embedded?.external ?? embedded?.media?.external;
  if (card?.uri) add(links, card.uri, card.title?.trim().slice(0, maxTitleLength));
  return [...links.values()];
}

const linkFacet = "app.bsky.richtext.facet#link";

function add(links: Map<string, SharedLink>, uri: string, title = ""): void {
  const url = uri.slice(0, maxLinkLength);
  const link = links.get(url) ?? { url };
  if (title !== "") link.title = title;
  links.set(url, link);
}
