import { Tokenizer } from "htmlparser2";

/** An anchor that leads somewhere; `isName` when it is a mention or a hashtag. */
export type Anchor = { href: string; isName: boolean };

/** What the HTML of a status says: its text, a paragraph a line, and its anchors, in order. */
export type Content = { text: string; anchors: Anchor[] };

/**
 * Reads the HTML of a status, in one pass and without a tree: a tag costs the same at any depth. Text
 * that is hidden from readers, such as the scheme of a link, is read with the rest, so that links stand
 * in the text as they lead.
 */
export function readContent(html: string): Content {
  const reader = createReader(html);
  const tokenizer = new Tokenizer({ decodeEntities: true }, reader.callbacks);
  tokenizer.write(html);
  tokenizer.end();
  return reader.content;
}

const maxHref = 1_000_000;

function createReader(html: string) {
  const text: string[] = [];
  const anchors: Anchor[] = [];
  let tag = "";
  let name = "";
  let value = "";
  let attributes: Record<string, string> = {};

  const openTag = () => {
    if (tag === "br") text.push("\n");
    if (tag !== "a") return;
    const { href = "", class: classes = "", rel = "" } = attributes;
    if (href === "") return;
    const isName = nameClass.test(classes) || /(?:^|\s)tag(?:\s|$)/.test(rel);
    anchors.push({ href: href.slice(0, maxHref), isName });
  };
  const ignore = () => undefined;
  const callbacks = {
    ontext: (start: number, end: number) => void text.push(html.slice(start, end)),
    ontextentity: (codepoint: number) => void text.push(String.fromCodePoint(codepoint)),
    onopentagname: (start: number, end: number) => {
      tag = html.slice(start, end).toLowerCase();
      attributes = {};
    },
    onattribname: (start: number, end: number) => {
      name = tag === "a" ? html.slice(start, end).toLowerCase() : "";
      value = "";
    },
    onattribdata: (start: number, end: number) => {
      if (isRead(name)) value += html.slice(start, end);
    },
    onattribentity: (codepoint: number) => {
      if (isRead(name)) value += String.fromCodePoint(codepoint);
    },
    // Of an attribute that is there twice, the first counts.
    onattribend: () => {
      if (isRead(name)) attributes[name] ??= value.trim();
    },
    onopentagend: openTag,
    onselfclosingtag: openTag,
    onclosetag: (start: number, end: number) => {
      if (html.slice(start, end).toLowerCase() === "p") text.push("\n");
    },
    oncdata: ignore,
    oncomment: ignore,
    ondeclaration: ignore,
    onprocessinginstruction: ignore,
    onend: ignore,
  };
  const content = {
    get text() {
      return text.join("").trim();
    },
    anchors,
  };
  return { callbacks, content };
}

const nameClass = /(?:^|\s)(?:mention|hashtag)(?:\s|$)/;

const isRead = (name: string): name is "href" | "class" | "rel" =>
  name === "href" || name === "class" || name === "rel";
