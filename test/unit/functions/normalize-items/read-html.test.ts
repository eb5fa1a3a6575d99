import { expect, test } from "vitest";
import { readHtml } from "../../../../functions/normalize-items/read-html.ts";

test.each([
  ["", ""],
  ["  a <b>b</b>\n", "a b"],
  ["a<br>b<BR/>c<p>d</p> e", "a\nb\nc\nd e"],
  ["a<i>b</i><pre>c</pre>", "abc"],
  ["Q&amp;A &#x1f600; &lt;b&gt;", "Q&A 😀 <b>"],
  ["cut in an entity &amp", "cut in an entity &"],
  ["<!-- a --><![CDATA[b]]><?c?><!d>e", "e"],
])("the text of %j is %j", (html, text) => {
  expect(readHtml(html)).toEqual({ text, links: [] });
});

const a = "https://example.com/a";
test.each([
  [`<a href="${a}">b</a>`, [a]],
  [`<A HREF=${a}/>`, [`${a}/`]],
  [`<a href=" ${a}\n">`, [a]],
  [`<a href="${a}?b&amp;c&#x3d;d">`, [`${a}?b&c=d`]],
  // Of other attributes nothing is read, wherever they stand.
  [`<a title="&quot;x&quot;" href="${a}" rel="&quot;y&quot;" hidden>`, [a]],
  [`<a href="${a}" href="https://b.example/">`, [a]],
  [`<a href="" href="${a}">`, [""]],
  [`<a href="${a}"><a href="https://b.example/"/>`, [a, "https://b.example/"]],
  // Only anchors lead somewhere, and only by their address.
  [`<a name="${a}"></a><a></a>`, []],
  [`<img href="${a}"><area title="${a}"><p>`, []],
  [`<a href="${a}"></a><p title="x">`, [a]],
  [`<a href="${a}`, []],
])("the anchors of %s lead to %j", (html, links) => {
  expect(readHtml(html).links).toEqual(links);
});
