import { expect, test } from "vitest";
import { readContent } from "../../../../functions/normalize-mastodon/read-content.ts";

test.each([
  ["", ""],
  ["  a <b>b</b>\n", "a b"],
  ["<p>a<br>b<BR/>c</p><p>d</p>e", "a\nb\nc\nd\ne"],
  ["a<i>b</i><pre>c</pre>", "abc"],
  ['<span class="invisible">https://</span>example.com/a', "https://example.com/a"],
  ["Q&amp;A &#x1f600; &lt;b&gt;", "Q&A 😀 <b>"],
  ["cut in an entity &amp", "cut in an entity &"],
  ["<!-- a --><![CDATA[b]]><?c?><!d>e", "e"],
])("the text of %j is %j", (html, text) => {
  expect(readContent(html)).toEqual({ text, anchors: [] });
});

const a = "https://example.com/a";
test.each([
  [`<a href="${a}">b</a>`, a],
  [`<A HREF=${a}>`, a],
  [`<a href=" ${a}\n">`, a],
  [`<a href="${a}?b&amp;c&#x3d;d">`, `${a}?b&c=d`],
  [`<a href="${a}"/>`, a],
  // Of an attribute that is there twice, the first counts.
  [`<a href="${a}" href="https://b.example/">`, a],
  [`<a title="&quot;x&quot;" href="${a}" translate="&quot;y&quot;" hidden>`, a],
  ['<a href="/tags/rstats">', "/tags/rstats"],
])("the anchor %s leads to %s", (html, href) => {
  expect(readContent(html).anchors).toEqual([{ href, isName: false, isQuote: false }]);
});

test.each([
  "<a></a>",
  `<a href="">`,
  `<a href=" ">`,
  `<a name="${a}">`,
  `<img href="${a}">`,
  `<area href="${a}" rel="tag"><a>`,
  `<a href="" href="${a}">`,
  `<a href="${a}`,
])("%s leads nowhere", (html) => {
  expect(readContent(html).anchors).toEqual([]);
});

test.each([
  ['class="mention"', true],
  ['class="u-url mention"', true],
  ['class="mention u-url"', true],
  ['CLASS="mention\nhashtag"', true],
  ['class="hashtag"', true],
  ['rel="tag"', true],
  ['rel="nofollow tag"', true],
  ['rel="tag noopener"', true],
  ['class="unmention mentions"', false],
  ['class="hashtags" rel="tags vintag"', false],
  ['class="tag" rel="mention hashtag"', false],
  ['title="mention"', false],
  ['class="x" class="mention"', false],
])("an anchor with %s is a name: %s", (attributes, isName) => {
  expect(readContent(`<a href="${a}" ${attributes}>`).anchors).toMatchObject([{ href: a, isName }]);
});

test("an address by which servers tell what is quoted is told from others", () => {
  const names = (html: string) => readContent(html).anchors.map(({ isQuote }) => isQuote);
  const b = '<a href="https://example.com/b">';
  const quote = `RE: <a href="${a}"><b>x</b></a>`;
  expect(names(`<p class="quote-inline">${quote}</p><p>${b}</p>`)).toEqual([true, false]);
  expect(names(`<p>${b}</p><span class="quote-inline"><br>${quote}</span>`)).toEqual([false, true]);
  expect(names(`<p class="quote-inline">${quote}<p>${b}`)).toEqual([true, false]);
  expect(names(`<span class="x quote-inline y">${quote}</span>${b}`)).toEqual([true, false]);
  expect(names(`<span class="quote-inlined">${quote}</span>`)).toEqual([false]);
  expect(names(`<br class="quote-inline">${quote}`)).toEqual([false]);
});
