import { describe, expect, it } from "vitest";
import { keyVersion, normalizeUrl } from "../../shared/links/normalize-url.ts";
import { type PolicyRow, policyTable } from "./url-policy-table.ts";

const page = "../../functions/normalize-urls/URL-POLICY.md";

describe.each(policyTable)("step $step", ({ rows }) => {
  it.each(rows)("$input", (row) => {
    const result = normalizeUrl(row.input);
    if ("ignored" in row) expect(result).toHaveProperty("ignored", row.ignored);
    else expect([result.urlKey, "ignored" in result]).toEqual([row.key, false]);
  });
});

describe("the page for readers", () => {
  // To write it anew: npx vitest run test/conformance/url-policy.test.ts --update
  it("is in step with the table", async () => {
    await expect(writePage()).toMatchFileSnapshot(page);
  });
});

function writePage(): string {
  const sections = policyTable.map(({ step, rule, rows }) =>
    [
      `## ${step}`,
      "",
      rule,
      "",
      "| link as shared | key |",
      "|---|---|",
      ...rows.map((row) => `| ${code(row.input)} | ${writeOutcome(row)} |`),
      "",
    ].join("\n"),
  );
  return [
    "# Which links are the same page",
    "",
    `Policy \`url_key\` v${keyVersion}. Two links that show a reader the same page get one key; two pages never share one.`,
    "A key is an identity: it is compared and counted, never fetched. To see why a link has its key:",
    "",
    "```sh",
    "npm run explain-url -- <url>…",
    "```",
    "",
    "This page is generated from the table that the tests run; do not edit it by hand.",
    "",
    ...sections,
  ].join("\n");
}

function writeOutcome(row: PolicyRow): string {
  return "ignored" in row ? `ignored: ${row.ignored}` : code(row.key);
}

/** Inline code in a table cell, with the spaces at its ends kept. */
function code(text: string): string {
  const cell = text.replaceAll("|", "\\|");
  return /^ | $/.test(cell) ? `\` ${cell} \`` : `\`${cell}\``;
}
