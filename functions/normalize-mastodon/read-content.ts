import { Tokenizer } from "htmlparser2";

/**
 * An anchor that leads somewhere; `isName` when it is a mention or a hashtag, `isQuote` where servers tell
 * those that know no quotes which status is quoted.
 */
export type Anchor = { href: string; isName: boolean; isQuote: boolean };

/** What the HTML of a status says: its text, a paragraph a line, and its anchors, in order. */
export type Content = { text: string; anchors: Anchor[] };

/**
 * Reads the HTML of a status, in one pass and without a tree: a tag costs the same at any depth. Text
 * that is hidden from readers, such as the scheme of a link, is read with the rest, so that links stand
 * in the text as they lead.
 */
export function readContent(html: string): Content {
  const text: string[] = [];
  const anchors: Anchor[] = [];
  let tag: string | undefined;
  let attributes: Attributes = {};
  let attribute: { name: AnchorAttribute; value: string } | undefined;
  /** The name of the element that tells what is quoted, within it. */
  let quote: string | undefined;

  const openTag = () => {
    if (tag === "br") text.push("\n");
    const { href } = attributes;
    // A paragraph ends the one before it.
    if (tag === "p") quote = undefined;
    if (tag === "a" && href) {
      anchors.push({ href, isName: isName(attributes), isQuote: quote !== undefined });
    }
    if (opensQuote(tag, attributes)) quote = tag;
  };
  const closeTag = (closed: string) => {
    if (closed === "p") text.push("\n");
    if (closed === quote) quote = undefined;
  };
  const tokenizer = new Tokenizer(
    {},
    {
      ontext: (start, end) => void text.push(html.slice(start, end)),
      ontextentity: (codepoint) => void text.push(String.fromCodePoint(codepoint)),
      onopentagname: (start, end) => {
        tag = html.slice(start, end).toLowerCase();
        attributes = {};
      },
      onattribname: (start, end) => {
        const name = html.slice(start, end).toLowerCase();
        attribute = isRead(name) ? { name, value: "" } : undefined;
      },
      onattribdata: (start, end) => {
        if (attribute !== undefined) attribute.value += html.slice(start, end);
      },
      onattribentity: (codepoint) => {
        if (attribute !== undefined) attribute.value += String.fromCodePoint(codepoint);
      },
      // Of an attribute that is there twice, the first counts.
      onattribend: () => {
        if (attribute !== undefined) attributes[attribute.name] ??= attribute.value.trim();
      },
      onopentagend: openTag,
      onselfclosingtag: openTag,
      onclosetag: (start, end) => closeTag(html.slice(start, end).toLowerCase()),
      oncdata: ignore,
      oncomment: ignore,
      ondeclaration: ignore,
      onprocessinginstruction: ignore,
      onend: ignore,
    },
  );
  tokenizer.write(html);
  tokenizer.end();
  return { text: text.join("").trim(), anchors };
}

const ignore = () => undefined;

type AnchorAttribute = "href" | "class" | "rel";
type Attributes = Partial<Record<AnchorAttribute, string>>;

const isRead = (name: string): name is AnchorAttribute =>
  name === "href" || name === "class" || name === "rel";

const isName = ({ class: classes = "", rel = "" }: Attributes): boolean =>
  /(?:^|\s)(?:mention|hashtag)(?:\s|$)/.test(classes) || /(?:^|\s)tag(?:\s|$)/.test(rel);

/** `RE:` and an address, for servers that know no quotes: https://docs.joinmastodon.org/spec/activitypub/#sanitization */
const opensQuote = (tag: string | undefined, { class: classes = "" }: Attributes): boolean =>
  (tag === "p" || tag === "span") && /(?:^|\s)quote-inline(?:\s|$)/.test(classes);
