import { Tokenizer } from "htmlparser2";

/** The text of HTML, a paragraph a line, and the addresses of its anchors, in order. */
export type ReadHtml = { text: string; links: string[] };

const ignore = () => undefined;

/** Reads HTML in one pass and without a tree: a tag costs the same at any depth. */
export function readHtml(html: string): ReadHtml {
  const text: string[] = [];
  const links: string[] = [];
  let tag: string | undefined;
  /** Of an anchor, from its first `href` on. */
  let href: string | undefined;
  let isHref: boolean | undefined;

  const openTag = () => {
    if (tag === "br" || tag === "p") text.push("\n");
    if (href !== undefined) links.push(href.trim());
  };
  const tokenizer = new Tokenizer(
    {},
    {
      ontext: (start, end) => void text.push(html.slice(start, end)),
      ontextentity: (codepoint) => void text.push(String.fromCodePoint(codepoint)),
      onopentagname: (start, end) => {
        tag = html.slice(start, end).toLowerCase();
        href = undefined;
      },
      onattribname: (start, end) => {
        const name = html.slice(start, end).toLowerCase();
        // Of an attribute that is there twice, the first counts.
        isHref = tag === "a" && name === "href" && href === undefined;
        if (isHref) href = "";
      },
      onattribdata: (start, end) => {
        if (isHref) href += html.slice(start, end);
      },
      onattribentity: (codepoint) => {
        if (isHref) href += String.fromCodePoint(codepoint);
      },
      onattribend: ignore,
      onopentagend: openTag,
      onselfclosingtag: openTag,
      onclosetag: ignore,
      oncdata: ignore,
      oncomment: ignore,
      ondeclaration: ignore,
      onprocessinginstruction: ignore,
      onend: ignore,
    },
  );
  tokenizer.write(html);
  tokenizer.end();
  return { text: text.join("").trim(), links };
}
