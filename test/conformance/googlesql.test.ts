import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";

import { type LocalBigquery, startBigquery } from "../local-cloud/bigquery/start-bigquery.ts";
import { type Field, fieldSchema, readRows, writeCells } from "./googlesql/cells.ts";

const folder = new URL("googlesql/", import.meta.url);
const readJson = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), "utf8"));

const rowsSchema = z.array(z.array(z.json()));
const factSchema = z.object({
  sql: z.string(),
  type: z.string().optional(),
  columns: z.array(z.string()).optional(),
  rows: rowsSchema.optional(),
  refused: z.boolean().optional(),
  message: z.string().optional(),
});
const factsSchema = z.array(factSchema);
const tablesSchema = z.record(
  z.string(),
  z.object({ schema: z.array(fieldSchema), rows: rowsSchema }),
);
const answerSchema = z.object({
  error: z.object({ code: z.number(), message: z.string() }).optional(),
  schema: z.object({ fields: z.array(fieldSchema) }).optional(),
  rows: z.array(z.object({ f: z.array(z.object({ v: z.json() })) })).default([]),
});

const waivers = z.record(z.string(), z.string().min(20)).parse(readJson("waivers.json"));
const read = (name: string) => factsSchema.parse(readJson(name)).filter(({ sql }) => !waivers[sql]);
const expressions = read("expressions.json");
const queries = read("queries.json");
const refused = read("refused.json");

const parameters = [
  {
    name: "hosts",
    parameterType: { type: "ARRAY", arrayType: { type: "STRING" } },
    parameterValue: { arrayValues: [{ value: "bit.ly" }, { value: "du3a.org" }] },
  },
  {
    name: "from",
    parameterType: { type: "TIMESTAMP" },
    parameterValue: { value: "2019-07-03T00:00:00Z" },
  },
];

let server: LocalBigquery;

async function post(path: string, body: object) {
  const response = await fetch(`${server.restUrl}/projects/demo/${path}`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  return answerSchema.parse(await response.json());
}

async function ask(query: string) {
  return post("queries", {
    query,
    useLegacySql: false,
    formatOptions: { useInt64Timestamp: true },
    ...(query.includes("@") ? { queryParameters: parameters } : {}),
  });
}

beforeAll(async () => {
  server = await startBigquery();
  for (const datasetId of ["lab", "hourtally"]) {
    await post("datasets", { datasetReference: { datasetId } });
  }
  const text = (name: string): Field => ({ name, type: "STRING" });
  const redrives = [
    text("failed_event_id"),
    { name: "redriven_at", type: "TIMESTAMP" },
    text("by"),
  ];
  await post("datasets/hourtally/tables", {
    tableReference: { tableId: "redrives" },
    schema: { fields: redrives },
  });
  const tables = gunzipSync(readFileSync(new URL("tables.json.gz", folder))).toString();
  for (const [name, table] of Object.entries(tablesSchema.parse(JSON.parse(tables)))) {
    const tableId = name.split(".")[1] ?? "";
    const body = { tableReference: { tableId }, schema: { fields: table.schema } };
    await post("datasets/lab/tables", body);
    await post("datasets/hourtally/tables", body);
    for (let at = 0; at < table.rows.length; at += 600) {
      const rows = table.rows.slice(at, at + 600).map((row) => writeCells(table.schema, row));
      const answer = await ask(`INSERT INTO ${name} VALUES ${rows.join(", ")}`);
      expect(answer.error).toBeUndefined();
    }
  }
});

afterAll(async () => {
  await server.stop();
});

/** Doubles of two machines may differ in their last digit. */
const rounded = (rows: unknown) =>
  JSON.stringify(rows).replace(/"f:(-?\d+\.\d{12})\d*"/g, '"f:$1"');

/** A list that is NULL stands as null or []. */
const withoutNullLists = (fields: Field[], rows: z.output<typeof rowsSchema>) =>
  rows.map((row) =>
    row.map((cell, index) => (cell === null && fields[index]?.mode === "REPEATED" ? [] : cell)),
  );

const places = / \[at (\d+:\d+)\]$/;

describe("values and types are those of GoogleSQL", () => {
  const known = [...expressions, ...queries].filter(({ refused }) => !refused);
  test.each(known)("$sql", async ({ sql, type, columns, rows = [] }) => {
    const answer = await ask(sql);
    expect(answer.error).toBeUndefined();
    const fields = answer.schema?.fields ?? [];
    const { names, types, cells } = readRows(fields, answer.rows);
    if (columns) expect(names.map((name, index) => `${name}:${types[index]}`)).toEqual(columns);
    else expect(types).toEqual([type]);
    expect(rounded(cells)).toBe(rounded(withoutNullLists(fields, rows)));
  });
});

describe("what GoogleSQL refuses is refused in its words, with the place", () => {
  test.each([...expressions.filter(({ refused }) => refused), ...refused])(
    "$sql",
    async ({ sql, message = "" }) => {
      const { error } = await ask(sql);
      expect(error?.code).toBe(400);
      const [first = ""] = message.split("\n");
      // What it would suggest instead, and how it explains two types at length, is not said here.
      const words = first.replace(places, " at [$1]").replace(/; Did you mean .*\?(?= at|$)/, "");
      const said = words.replace(/\. STRING and BYTES are different .*/, "");
      expect(error?.message.slice(0, said.length)).toBe(said);
    },
  );
});

test("every waiver is of a fact, and no fact is right that is waived", async () => {
  const all = new Set(
    ["expressions.json", "queries.json", "refused.json"].flatMap((name) =>
      factsSchema.parse(readJson(name)).map(({ sql }) => sql),
    ),
  );
  for (const sql of Object.keys(waivers)) {
    expect(all).toContain(sql);
    expect((await ask(sql)).error).toBeDefined();
  }
});
