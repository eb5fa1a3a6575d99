import { expect, test } from "vitest";
import { rowColumns } from "../../../../shared/rows/row-columns.ts";

test("the columns of a table say what its rows are declared with, and when they landed", () => {
  expect(Object.entries(rowColumns("tombstones"))).toEqual([
    ["id", "Identity or alias of the deleted post, or of an author with /* for all of their posts"],
    ["source", "Network of the post"],
    ["event_time", "When the post was created, where its id tells: the hour to count again"],
    ["landed_at", "When the row was appended, UTC: the day of its partition"],
  ]);
});

test("those that are named come in their order, and say their names where nobody has said more", () => {
  expect(Object.entries(rowColumns("redrives", ["requested_by", "redriven_at"]))).toEqual([
    ["requested_by", "Who asked for it"],
    ["redriven_at", "redriven_at"],
  ]);
});

test("columns that follow from a row are among them", () => {
  expect(rowColumns("posts").words).toMatch(/^Words of the text/);
});

test("a table or a column that there is not is refused by its name", () => {
  expect(() => rowColumns("tweets")).toThrow("no table is called tweets");
  expect(() => rowColumns("redrives", ["why"])).toThrow("table redrives has no column why");
});
