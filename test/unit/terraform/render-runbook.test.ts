import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { renderRunbook } from "../../../terraform/render-runbook.ts";

const terraform = join(import.meta.dirname, "../../../terraform");
const read = (name: string) => readFileSync(join(terraform, name), "utf8");

test("runbook.html is that of runbook.md (else: npm run generate)", () => {
  expect(read("runbook.html")).toBe(renderRunbook(read("runbook.md")));
});

test("every heading is an anchor by its own words", () => {
  const page = renderRunbook("# Runbook\n\n## not-counted\n\nRead `its` log.\n");
  expect(page).toContain(
    '<h2 id="not-counted">not-counted</h2>\n<p>Read <code>its</code> log.</p>',
  );
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">\n<meta charset="utf-8">/);
});
