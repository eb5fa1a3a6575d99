import { expect, test } from "vitest";
import { closingsColumns, closingsViewSql } from "../../../../shared/streams/closings-view.ts";
import { streams } from "../../../../shared/streams/streams.ts";
import { checkedIn, checkedInJson } from "../../../support/checked-in.ts";
import { follows } from "../../../support/follows-stream.ts";

test("each closed hour is there once, as its newest closing has it", () => {
  expect(
    closingsViewSql(follows),
  ).toBe(`-- Follows: closed hours, each with its newest closing. Generated from shared/streams.
SELECT
  total.hour, total.revision, total.closing.watermark, total.closing.first_landed_at,
  total.closing.keys, total.closing.events, total.closing.late
FROM \`\${dataset}.follow_hour_totals\` AS total
WHERE total.closing.keys IS NOT NULL
QUALIFY ROW_NUMBER() OVER (PARTITION BY total.hour ORDER BY total.revision DESC) = 1
`);
});

test.each(streams)("the view of the closings of $name is deployed as it stands", (stream) => {
  const { closingsView: name } = stream;
  expect(closingsViewSql(stream)).toBe(checkedIn(`terraform/views/${name}.sql`));
  const columns = Object.entries(closingsColumns).map(([column, says]) => `${column}: ${says}`);
  expect(checkedInJson(`terraform/views/${name}.json`)).toEqual({
    description: expect.stringMatching(new RegExp(`\n${columns.join("\n")}$`)),
  });
});
