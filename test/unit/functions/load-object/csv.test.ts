import { readdirSync, readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import type { CsvLayout } from "../../../../functions/load-object/landing-topic.ts";
import { landingTopics } from "../../../../functions/load-object/landing-topics.ts";
import { readCsv } from "../../../../functions/load-object/read-csv.ts";
import { splitLines } from "../../../../functions/load-object/split-lines.ts";
import { turnstileCsv } from "../../../../functions/load-object/turnstile-csv.ts";
import { turnstileRow } from "../../../../shared/events/turnstile-row.v1.ts";
import { hasSharedData, sharedDataPath } from "../../../support/shared-data.ts";

const notes: CsvLayout = {
  schema: "note.v1",
  row: z.object({ name: z.string().min(1), note: z.string(), count: z.int().min(0) }),
  columns: [
    { field: "name", headers: ["NAME"], type: "text" },
    { field: "note", headers: ["NOTE", "Remark"], type: "text" },
    { field: "count", headers: ["COUNT"], type: "integer" },
  ],
};

/** Rows as values, failures as `line: reason: message`. */
function read(text: string, layout = notes, { size = 1_000, maxBytes = 10_000 } = {}) {
  const reader = readCsv(splitLines(maxBytes), layout, maxBytes);
  const bytes = Buffer.from(text);
  const found: unknown[] = [];
  const keep = (records: ReturnType<typeof reader.end>) => {
    for (const record of records) {
      if ("row" in record) found.push(JSON.parse(record.row.toString()));
      else found.push(`${record.raw.line}: ${record.reason}: ${record.field ?? record.message}`);
    }
  };
  for (let start = 0; start < bytes.length; start += size) {
    keep(reader.push(bytes.subarray(start, start + size)));
  }
  keep(reader.end());
  return found;
}

describe("CSV", () => {
  test("is typed by the layout; other columns are dropped, blank lines skipped", () => {
    const text = ",Count,name,remark\n0,007,a, b \n\n1,12,c,\r\n";
    for (const size of [1, 4, 1_000]) {
      expect(read(text, notes, { size })).toEqual([
        { name: "a", note: "b", count: 7 },
        { name: "c", note: "", count: 12 },
      ]);
    }
  });

  test("of more than 1,000 columns is no table, however many commas a text has", () => {
    const header = "name,note,count";
    const wide = `${header}${",x".repeat(997)}`;
    const row = (more: number) => `a,"${",".repeat(2_000)}",1${",".repeat(more)}`;
    expect(read(`${wide}\n${row(997)}\n${row(998)}\n`)).toEqual([
      { name: "a", note: ",".repeat(2_000), count: 1 },
      "3: malformed-csv: more than 1000 columns",
    ]);
  });

  test("has quoted fields with commas, quotes and line ends", () => {
    const text = 'name,note,count\n"a","x, ""y""\nz",1\nb,"",2\n';
    for (const size of [1, 5, 1_000]) {
      expect(read(text, notes, { size })).toEqual([
        { name: "a", note: 'x, "y"\nz', count: 1 },
        { name: "b", note: "", count: 2 },
      ]);
    }
  });

  test("fails a bad line and goes on with the next", () => {
    const text = [
      "name,note,count",
      "a,b,1",
      "a,b",
      "a,b,1,2",
      "a,b,-1",
      "a,b,1.5",
      "a,b,99999999999999999999",
      ",b,1",
      'a,b"c,1',
      "z,y,2",
    ].join("\n");
    expect(read(text)).toEqual([
      { name: "a", note: "b", count: 1 },
      "3: malformed-csv: 2 fields where the header has 3",
      "4: malformed-csv: 4 fields where the header has 3",
      "5: invalid-field: count",
      "6: invalid-field: count",
      "7: invalid-field: count",
      "8: invalid-field: name",
      "9: malformed-csv: a quote is opened or closed in the wrong place",
      { name: "z", note: "y", count: 2 },
    ]);
  });

  test("with a quote that is never closed loses that line only", () => {
    const rows = Array.from({ length: 50 }, (_, index) => `a,"b",${index}`);
    const text = ["name,note,count", 'x,"open,1', ...rows].join("\n");
    for (const maxBytes of [100, 10_000]) {
      const [first, ...rest] = read(text, notes, { maxBytes });
      expect(first).toMatch(/^2: malformed-csv/);
      expect(rest).toEqual(rows.map((_, index) => ({ name: "a", note: "b", count: index })));
    }
  });

  test("with a quote that is never closed holds few lines, however short they are", () => {
    const reader = readCsv(splitLines(1_000_000), notes, 1_000_000);
    const take = (text: string) => Array.from(reader.push(Buffer.from(text)));
    expect(take('name,note,count\nx,"open,1\n')).toEqual([]);
    expect(take("\n".repeat(9_999))).toEqual([]);
    expect(take("\n")).toMatchObject([{ reason: "malformed-csv", raw: { line: 2 } }]);
    expect(take("a,b,1\n")).toMatchObject([{ row: expect.anything() }]);
  });

  test("with two stray quotes loses those two lines only", () => {
    const text = 'name,note,count\nx,5" pipe,1\na,b,2\ny,6" pipe,3\nc,d,4\n';
    expect(read(text)).toEqual([
      expect.stringMatching(/^2: malformed-csv/),
      { name: "a", note: "b", count: 2 },
      expect.stringMatching(/^4: malformed-csv/),
      { name: "c", note: "d", count: 4 },
    ]);
  });

  test("lines that are too long or no UTF-8 fail alone", () => {
    const reader = readCsv(splitLines(100), notes, 100);
    const lines = [
      Buffer.from("name,note,count\n"),
      Buffer.from(`a,"${"x".repeat(200)}",1\n`),
      Buffer.concat([Buffer.from("a,"), Buffer.of(0xff), Buffer.from(",1\n")]),
      Buffer.from("a,b,1\n"),
    ];
    const found = [...reader.push(Buffer.concat(lines)), ...reader.end()];
    expect(found.map((one) => ("row" in one ? "row" : one.reason))).toEqual([
      "line-too-long",
      "invalid-utf8",
      "row",
    ]);
  });

  test("may have a header for those below it, as when files were put together", () => {
    const text = [
      "name,note,count",
      "a,b,1",
      "name,note,count",
      "c,d,2",
      "COUNT,x,Remark,Name",
      "3,,f,e",
      "g,h,4",
      "name,count",
      "",
    ].join("\n");
    expect(read(text)).toEqual([
      { name: "a", note: "b", count: 1 },
      { name: "c", note: "d", count: 2 },
      { name: "e", note: "f", count: 3 },
      "7: malformed-csv: 3 fields where the header has 4",
      "8: malformed-csv: 2 fields where the header has 4",
    ]);
  });

  test.each(["name,note,count,Count", "NAME,note,count,remark", "name,x,note,count,na_me"])(
    "of a header that names a column twice does not say which one is meant: %s",
    (header) => {
      expect(() => read(`${header}\na,b,1,2\n`)).toThrow(/^the header has \w+ twice$/);
    },
  );

  test("has columns of the tool that wrote it, which begin with a mark", () => {
    const text = "_name,name,note,count,:count\n7,a,b,1,2\n";
    expect(read(text)).toEqual([{ name: "a", note: "b", count: 1 }]);
    expect(() => read("_name,note,count\n7,b,1\n")).toThrow("the header lacks NAME");
  });

  test("needs a header with all declared columns", () => {
    expect(() => read("name,count\na,1\n")).toThrow("the header lacks NOTE");
    expect(() => read("a,b,1\n")).toThrow("the header lacks NAME, NOTE, COUNT");
    expect(() => read("\n\n")).toThrow("no header");
  });

  test.skipIf(!hasSharedData)("is cut into the fields that others find in csv-spectrum", () => {
    const folder = sharedDataPath("bad-input/csv-spectrum/csvs");
    const names = readdirSync(folder);
    expect(names).toHaveLength(11);
    for (const name of names) {
      const text = readFileSync(`${folder}/${name}`, "utf8");
      const [header = [], ...records] = parse(text);
      const fields = header.map((_, index) => `f${index}`);
      const layout = {
        schema: "any.v1",
        row: z.object(Object.fromEntries(fields.map((field) => [field, z.string()]))),
        columns: fields.map((field, index) => ({
          field,
          headers: [header[index] ?? ""],
          type: "text" as const,
        })),
      };
      for (const size of [1, 1_000]) {
        const rows = read(text, layout, { size }).map((row) =>
          z.record(z.string(), z.string()).parse(row),
        );
        expect(
          rows.map((row) => fields.map((field) => row[field]?.replaceAll("\r\n", "\n"))),
          name,
        ).toEqual(
          records.map((record) => record.map((field) => field.trim().replaceAll("\r\n", "\n"))),
        );
      }
    }
  });
});

describe("turnstile files", () => {
  const expected = {
    ca: "A002",
    unit: "R051",
    scp: "02-00-00",
    station: "59 ST",
    linename: "NQR456W",
    division: "BMT",
    date: "01/06/2024",
    time: "03:00:00",
    desc: "REGULAR",
    entries: 105161,
    exits: 76217,
  };

  test("of archivists have an index column without a header", () => {
    const text = `,CA,UNIT,SCP,STATION,LINENAME,DIVISION,DATE,TIME,DESC,ENTRIES,EXITS
0,A002,R051,02-00-00,59 ST,NQR456W,BMT,01/06/2024,03:00:00,REGULAR,105161,76217
`;
    expect(read(text, turnstileCsv)).toEqual([expected]);
  });

  test("of the agency pad their last column and their registers", () => {
    const text = `C/A,UNIT,SCP,STATION,LINENAME,DIVISION,DATE,TIME,DESC,ENTRIES,EXITS                \r
A002,R051,02-00-00,59 ST,NQR456W,BMT,01/06/2024,03:00:00,REGULAR,0000105161,0000076217   \r
`;
    expect(read(text, turnstileCsv)).toEqual([expected]);
  });
});

describe("a layout", () => {
  test.each(landingTopics.flatMap(({ name, csv }) => (csv === undefined ? [] : [{ name, csv }])))(
    "of $name declares each field of its rows once",
    ({ csv }) => {
      const fields = csv.columns.map(({ field }) => field);
      expect(fields.toSorted()).toEqual(Object.keys(csv.row.shape).sort());
      const headers = csv.columns.flatMap((column) => column.headers);
      expect(new Set(headers).size).toBe(headers.length);
    },
  );

  test("is there for turnstiles", () => {
    expect(Object.keys(turnstileRow.shape)).toHaveLength(13);
    expect(landingTopics.filter(({ csv }) => csv !== undefined).map(({ name }) => name)).toEqual([
      "turnstiles",
    ]);
  });
});
