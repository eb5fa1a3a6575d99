import { normalizeUrl } from "../../../shared/links/normalize-url.ts";
import { describeRule } from "../../../shared/links/url/describe-rule.ts";

/**
 * Why a spelling of a link is the page of this key, in words: the rules of the policy that fire, in the
 * order of its steps. Of what was counted by an earlier version of the rules, that it was.
 */
export function explainSpelling(spelling: string, key: string): string[] {
  const result = normalizeUrl(spelling);
  if (result.urlKey !== key) return ["counted here by other rules than today's"];
  const told = [...new Set((result.rules ?? []).map(describeRule))];
  if (/^\s*http:/i.test(spelling)) told.push("http and https show the same page");
  if (told.length > 0) return told;
  return [spelling === result.url ? "the same address" : "another spelling of the same address"];
}
