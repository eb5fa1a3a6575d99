import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Column } from "../../../shared/rows/bigquery-schema.ts";
import { storedTables } from "../../../shared/rows/stored-tables.ts";
import { views } from "../../../shared/rows/views.ts";
import { streams } from "../../../shared/streams/streams.ts";
import { generatedFiles, generatedFolders } from "../../../terraform/generate.ts";

const terraform = join(import.meta.dirname, "../../../terraform");

test("terraform/ holds exactly what shared/ and functions/ declare (else: npm run generate)", async () => {
  const checkedIn = generatedFolders.flatMap((folder) =>
    readdirSync(join(terraform, folder)).map((name) => `${folder}/${name}`),
  );
  const files = await generatedFiles();
  const inFolders = [...files.keys()].filter((name) => name.includes("/"));
  expect(checkedIn.toSorted()).toEqual(inFolders.toSorted());
  for (const [name, content] of files) {
    expect(readFileSync(join(terraform, name), "utf8"), name).toBe(content);
  }
});

test("partition and cluster columns exist, and partitions are by a TIMESTAMP", () => {
  for (const table of storedTables) {
    const columns = new Map(table.columns.map((column) => [column.name, column]));
    expect(columns.get(table.partitionedBy), table.name).toMatchObject({
      type: "TIMESTAMP",
      mode: "REQUIRED",
    });
    expect(table.clusteredBy.length, table.name).toBeLessThanOrEqual(4);
    for (const column of table.clusteredBy) {
      expect(columns.has(column), `${table.name}.${column}`).toBe(true);
    }
  }
});

// https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical#reserved_keywords
const reserved = new Set(
  `all and any array as asc assert_rows_modified at between by case cast collate contains create cross
  cube current default define desc distinct else end enum escape except exclude exists extract false
  fetch following for from full group grouping groups hash having if ignore in inner intersect interval
  into is join lateral left like limit lookup merge natural new no not null nulls of on or order outer
  over partition preceding proto qualify range recursive respect right rollup rows select set some struct
  tablesample then to treat true unbounded union unnest using when where window with within`.split(
    /\s+/,
  ),
);

test("no column has a name that GoogleSQL takes for a keyword", () => {
  const namesOf = (columns: readonly Column[]): string[] =>
    columns.flatMap(({ name, fields }) => [name, ...namesOf(fields ?? [])]);
  for (const { columns } of storedTables) {
    expect(namesOf(columns).filter((name) => reserved.has(name))).toEqual([]);
  }
  for (const { measures, event } of streams) {
    const names = [...Object.keys(event.shape), ...measures.map(({ name }) => name)];
    expect(names.filter((name) => reserved.has(name))).toEqual([]);
  }
});

test("the exact view counts distinct event ids", () => {
  const urlHours = views.find(({ name }) => name === "url_hours_exact");
  expect(urlHours?.sql).toContain("COUNT(DISTINCT event.id) AS mentions");
  expect(urlHours?.sql).toContain("COUNT(DISTINCT event.author) AS authors");
  expect(urlHours?.sql).toContain(
    "COUNT(DISTINCT IF(event.kind != 'repost', event.id, NULL)) AS originals",
  );
});
