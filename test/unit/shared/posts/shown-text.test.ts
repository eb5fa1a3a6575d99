import { expect, test } from "vitest";
import { shownText } from "../../../../shared/posts/shown-text.ts";

test.each([
  ["x", "1 &lt; 2 &gt; 0 &amp; &amp;lt;", "1 < 2 > 0 & &lt;"],
  ["x", "&quot; &AMP; &", "&quot; &AMP; &"],
  ["bluesky", "&lt;", "&lt;"],
])("of %s, %j is shown as %j", (source, text, shown) => {
  expect(shownText(source, text)).toBe(shown);
});
