import { expect, test } from "vitest";
import { tableFunctions } from "../../../../shared/rows/table-functions.ts";
import { checkedIn, checkedInJson } from "../../../support/checked-in.ts";

test.each(tableFunctions)("$name is deployed as it stands", ({ sql, ...one }) => {
  expect(sql).toBe(checkedIn(`terraform/table-functions/${one.name}.sql`));
  expect(checkedInJson(`terraform/table-functions/${one.name}.json`)).toEqual(one);
});

test("all are declared", () => {
  expect(tableFunctions.map(({ name }) => name).toSorted()).toEqual([
    "conversation_of",
    "influenced_by",
    "influencers_of",
    "interaction_scores",
    "turnstile_lines",
    "turnstile_top_stations",
    "turnstile_windows",
  ]);
});
