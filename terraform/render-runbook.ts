import { Marked } from "marked";

const style =
  "body{font:1rem/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}" +
  "code{background:#f2f2f2;padding:.1em .3em}pre{background:#f2f2f2;padding:.8em;overflow-x:auto}" +
  ":target{background:#fff3c4}";

/**
 * The page that alerts lead to: runbook.md as HTML, because a browser shows Markdown of a bucket as
 * plain text. Each heading is an anchor by its own words, `#not-counted`.
 */
export function renderRunbook(markdown: string): string {
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text }) {
        return `<h${depth} id="${text}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
    },
  });
  const body = marked.parse(markdown, { async: false });
  return `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Hourtally runbook</title>\n<style>${style}</style>\n${body}</html>\n`;
}
