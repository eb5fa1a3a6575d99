import { expect, test } from "vitest";
import { findLosses, type TableSchema } from "../../../terraform/compare-schemas.ts";
import { readReleasedSchemas, readSchemas } from "../../../terraform/read-schemas.ts";

const id = { name: "id", type: "STRING", mode: "REQUIRED" };
const note = { name: "note", type: "STRING", mode: "NULLABLE" };
const links = {
  name: "links",
  type: "RECORD",
  mode: "REPEATED",
  fields: [{ name: "url", type: "STRING", mode: "REQUIRED" }],
};
const table = { partitionedBy: "landed_at", clusteredBy: ["id"], schema: [id, note, links] };
const posts = (schema: TableSchema["schema"]) => ({ posts: { ...table, schema } });

test("nothing that was released is taken away (before the first release: npm run release-schemas)", async () => {
  expect(findLosses(await readReleasedSchemas(), await readSchemas())).toEqual([]);
});

test.each([
  ["the same", posts([id, note, links])],
  ["another order", posts([links, note, id])],
  ["a new column", posts([id, note, links, { ...note, name: "more" }])],
  ["a column that may be empty now", posts([{ ...id, mode: "NULLABLE" }, note, links])],
  ["a new field inside", posts([id, note, { ...links, fields: [...links.fields, note] }])],
  ["a new table", { ...posts([id, note, links]), more: table }],
  ["other clusters", { posts: { ...table, clusteredBy: ["note", "id"] } }],
])("%s is no loss", (_, current) => {
  expect(findLosses({ posts: table }, current)).toEqual([]);
});

test.each([
  ["posts: the table is gone", {}],
  ["posts.note: the column is gone", posts([id, links])],
  ["posts.note: is INTEGER, was STRING", posts([id, { ...note, type: "INTEGER" }, links])],
  ["posts.note: is REQUIRED, was NULLABLE", posts([id, { ...note, mode: "REQUIRED" }, links])],
  ["posts.id: is REPEATED, was REQUIRED", posts([{ ...id, mode: "REPEATED" }, note, links])],
  ["posts.links.url: the column is gone", posts([id, note, { ...links, fields: [] }])],
  [
    "posts.more: is new and REQUIRED, which rows that are there have not",
    posts([id, note, links, { ...id, name: "more" }]),
  ],
  [
    "posts.links.more: is new and REQUIRED, which rows that are there have not",
    posts([id, note, { ...links, fields: [...links.fields, { ...id, name: "more" }] }]),
  ],
  ["posts: is partitioned by at, was by landed_at", { posts: { ...table, partitionedBy: "at" } }],
])("%s", (loss, current) => {
  expect(findLosses({ posts: table }, current)).toEqual([loss]);
});
