import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { quoteForShell, quoteForSql } from "../../../../../terraform/operate/cli/quote.ts";

test.each([
  ["acme-prod", "acme-prod"],
  ["https://a.example/b?c=d", "'https://a.example/b?c=d'"],
  ["p; rm -rf /tmp/x", "'p; rm -rf /tmp/x'"],
  ["it's $(id) `id`", "'it'\\''s $(id) `id`'"],
  ["", "''"],
])("%j is one word of a shell", (text, quoted) => {
  expect(quoteForShell(text)).toBe(quoted);
  const echoed = execFileSync("sh", ["-c", `printf %s ${quoted}`], { encoding: "utf8" });
  expect(echoed).toBe(text);
});

test.each([
  ["x:1", "'x:1'"],
  ["x:1'OR'1'='1", "'x:1\\'OR\\'1\\'=\\'1'"],
  ["a\\' OR 1=1 --", "'a\\\\\\' OR 1=1 --'"],
  ["a\nb\rc", "'a\\nb\\rc'"],
])("%j is one literal of GoogleSQL", (text, quoted) => {
  expect(quoteForSql(text)).toBe(quoted);
});
