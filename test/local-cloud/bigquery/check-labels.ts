import { BigqueryError } from "./bigquery-error.ts";

const key = /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u;
const value = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;

/**
 * Refuses labels that BigQuery refuses.
 * https://cloud.google.com/bigquery/docs/labels-intro#requirements
 */
export function checkLabels(labels: Record<string, string> | null | undefined): void {
  const entries = Object.entries(labels ?? {});
  if (entries.length > 64) {
    throw new BigqueryError("invalid", "A resource can have at most 64 labels");
  }
  for (const [name, text] of entries) {
    if (key.test(name) && value.test(text)) continue;
    throw new BigqueryError(
      "invalid",
      `Invalid label "${name}": "${text}". Keys begin with a lowercase letter; keys and values have at most 63 lowercase letters, digits, underscores and dashes.`,
    );
  }
}
