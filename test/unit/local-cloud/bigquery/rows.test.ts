import protobuf from "protobufjs";
import { describe, expect, test } from "vitest";
import type { Field } from "../../../local-cloud/bigquery/table-resource.ts";
import {
  compileWriterSchema,
  type FieldDescriptor,
  type MessageDescriptor,
} from "../../../local-cloud/bigquery/writes/compile-writer-schema.ts";
import { transcodeRows } from "../../../local-cloud/bigquery/writes/transcode-rows.ts";

const types = { double: 1, float: 2, int64: 3, int32: 5, fixed32: 7, bool: 8, string: 9 } as const;
const more = {
  message: 11,
  bytes: 12,
  uint32: 13,
  sfixed32: 15,
  sfixed64: 16,
  sint64: 18,
} as const;
const protoTypes = { ...types, ...more };

function column(name: string, type: Field["type"], mode: Field["mode"] = "NULLABLE"): Field {
  return { name, type, mode, fields: [] };
}

function written(
  number: number,
  name: string,
  type: keyof typeof protoTypes,
  label = 1,
): FieldDescriptor {
  const typeName = type === "message" ? ".Row.Link" : "";
  return { name, number, label, type: protoTypes[type], typeName, columnName: undefined };
}

const link: MessageDescriptor = {
  name: "Link",
  field: [written(1, "key", "string"), written(2, "n", "int64")],
  nestedType: [],
};

function planOf(fields: Field[], field: FieldDescriptor[], partitionedBy?: string) {
  return compileWriterSchema(
    { name: "Row", field, nestedType: [link] },
    {
      project: "p",
      dataset: "d",
      table: "t",
      fields,
      viewQuery: undefined,
      settings:
        partitionedBy === undefined
          ? {}
          : { timePartitioning: { type: "DAY", field: partitionedBy } },
      createdAt: 0,
      modifiedAt: 0,
      version: 1,
    },
  );
}

/** A row written tag by tag. */
function row(write: (writer: protobuf.Writer) => void): Uint8Array {
  const writer = protobuf.Writer.create();
  write(writer);
  return writer.finish();
}

const tag = (number: number, wireType: number) => (number << 3) | wireType;

function transcode(plan: ReturnType<typeof planOf>, ...rows: Uint8Array[]) {
  const { ndjson, errors } = transcodeRows(plan, rows, Date.parse("2026-01-02T03:04:05Z"));
  return { lines: ndjson.toString().split("\n"), errors };
}

describe("encodings", () => {
  const one = (type: keyof typeof protoTypes, as: Field["type"]) =>
    planOf([column("x", as)], [written(1, "x", type)]);

  test.each<
    [string, keyof typeof protoTypes, Field["type"], (writer: protobuf.Writer) => void, string]
  >([
    ["zero", "int64", "INTEGER", (w) => w.uint32(tag(1, 0)).int64(0), "0"],
    ["nine digits", "int64", "INTEGER", (w) => w.uint32(tag(1, 0)).int64(123456789), "123456789"],
    [
      "zeros inside",
      "int64",
      "INTEGER",
      (w) => w.uint32(tag(1, 0)).int64(1200000003),
      "1200000003",
    ],
    ["eight digits", "int64", "INTEGER", (w) => w.uint32(tag(1, 0)).int64(99999999), "99999999"],
    ["100 million", "int64", "INTEGER", (w) => w.uint32(tag(1, 0)).int64(100000000), "100000000"],
    ["minus one", "int64", "INTEGER", (w) => w.uint32(tag(1, 0)).int64(-1), "-1"],
    ["minus one of 32 bits", "int32", "INTEGER", (w) => w.uint32(tag(1, 0)).int32(-1), "-1"],
    [
      "2^49",
      "int64",
      "INTEGER",
      (w) => w.uint32(tag(1, 0)).int64(562949953421312),
      "562949953421312",
    ],
    [
      "2^53 - 1",
      "int64",
      "INTEGER",
      (w) => w.uint32(tag(1, 0)).int64(9007199254740991),
      "9007199254740991",
    ],
    [
      "the largest",
      "int64",
      "INTEGER",
      (w) => w.uint32(tag(1, 0)).int64("9223372036854775807"),
      "9223372036854775807",
    ],
    [
      "the smallest",
      "int64",
      "INTEGER",
      (w) => w.uint32(tag(1, 0)).int64("-9223372036854775808"),
      "-9223372036854775808",
    ],
    ["zigzag", "sint64", "INTEGER", (w) => w.uint32(tag(1, 0)).sint64(-123), "-123"],
    [
      "fixed of 32 bits",
      "fixed32",
      "INTEGER",
      (w) => w.uint32(tag(1, 5)).fixed32(4294967295),
      "4294967295",
    ],
    [
      "signed fixed of 32 bits",
      "sfixed32",
      "INTEGER",
      (w) => w.uint32(tag(1, 5)).sfixed32(-2),
      "-2",
    ],
    [
      "signed fixed of 64 bits",
      "sfixed64",
      "INTEGER",
      (w) => w.uint32(tag(1, 1)).sfixed64(-3),
      "-3",
    ],
    ["a double", "double", "FLOAT", (w) => w.uint32(tag(1, 1)).double(-0.1), "-0.1"],
    ["no number", "double", "FLOAT", (w) => w.uint32(tag(1, 1)).double(Number.NaN), '"NaN"'],
    ["a float", "float", "FLOAT", (w) => w.uint32(tag(1, 5)).float(1.5), "1.5"],
    ["true", "bool", "BOOLEAN", (w) => w.uint32(tag(1, 0)).bool(true), "true"],
    ["a number for false", "int64", "BOOLEAN", (w) => w.uint32(tag(1, 0)).int64(0), "false"],
    ["bytes", "bytes", "BYTES", (w) => w.uint32(tag(1, 2)).bytes(Uint8Array.of(0, 255)), '"AP8="'],
    [
      "microseconds",
      "int64",
      "TIMESTAMP",
      (w) => w.uint32(tag(1, 0)).int64(1700000000123456),
      "1700000000123456",
    ],
    ["days before 1970", "int32", "DATE", (w) => w.uint32(tag(1, 0)).int32(-719162), "-719162"],
    [
      "a date and time",
      "string",
      "DATETIME",
      (w) => w.uint32(tag(1, 2)).string("2024-1-31T1:02:03.5"),
      '"2024-01-31 01:02:03.5"',
    ],
    ["a decimal", "string", "NUMERIC", (w) => w.uint32(tag(1, 2)).string("+1.50"), '"1.50"'],
    [
      "JSON in a string",
      "string",
      "JSON",
      (w) => w.uint32(tag(1, 2)).string('{"a":1}'),
      '"{\\"a\\":1}"',
    ],
    [
      "escapes",
      "string",
      "STRING",
      (w) => w.uint32(tag(1, 2)).string('"\\\n\u0001\u007fü😀'),
      '"\\"\\\\\\n\\u0001\u007fü😀"',
    ],
  ])("%s", (_, type, as, write, expected) => {
    expect(transcode(one(type, as), row(write))).toEqual({
      lines: [`{"x":${expected}}`],
      errors: [],
    });
  });

  test.each<
    [string, keyof typeof protoTypes, Field["type"], (writer: protobuf.Writer) => void, RegExp]
  >([
    [
      "a late timestamp",
      "int64",
      "TIMESTAMP",
      (w) => w.uint32(tag(1, 0)).int64("253402300800000000"),
      /out of range/,
    ],
    ["an early date", "int32", "DATE", (w) => w.uint32(tag(1, 0)).int32(-719163), /out of range/],
    [
      "a day that is not",
      "string",
      "DATETIME",
      (w) => w.uint32(tag(1, 2)).string("2024-02-30 00:00:00"),
      /invalid DATETIME/,
    ],
    [
      "too many decimals",
      "string",
      "NUMERIC",
      (w) => w.uint32(tag(1, 2)).string("1.0000000001"),
      /invalid NUMERIC/,
    ],
    ["broken JSON", "string", "JSON", (w) => w.uint32(tag(1, 2)).string("{"), /invalid JSON/],
    [
      "broken UTF-8",
      "string",
      "STRING",
      (w) => w.uint32(tag(1, 2)).bytes(Uint8Array.of(0xc3, 0x28)),
      /not valid UTF-8/,
    ],
    [
      "an unknown field",
      "string",
      "STRING",
      (w) => w.uint32(tag(9, 0)).int32(1),
      /Unknown field number 9/,
    ],
    ["another wire type", "string", "STRING", (w) => w.uint32(tag(1, 0)).int32(1), /wire type 0/],
    ["a cut-off string", "string", "STRING", (w) => w.uint32(tag(1, 2)).uint32(5), /Cannot parse/],
    ["a cut-off number", "int64", "INTEGER", (w) => w.uint32(tag(1, 0)), /Cannot parse/],
  ])("refuses %s", (_, type, as, write, message) => {
    const good = row((w) => w);
    const { lines, errors } = transcode(one(type, as), good, row(write), good);
    expect(lines).toEqual(['{"x":null}', '{"x":null}']);
    expect(errors).toEqual([{ index: 1, message: expect.stringMatching(message) }]);
  });
});

describe("messages", () => {
  const fields: Field[] = [
    column("id", "STRING", "REQUIRED"),
    column("ns", "INTEGER", "REPEATED"),
    { ...column("link", "RECORD"), fields: [column("key", "STRING"), column("n", "INTEGER")] },
    {
      ...column("links", "RECORD", "REPEATED"),
      fields: [column("key", "STRING"), column("n", "INTEGER")],
    },
  ];
  const plan = planOf(fields, [
    written(1, "id", "string", 2),
    written(2, "ns", "int64", 3),
    written(3, "link", "message"),
    written(4, "links", "message", 3),
  ]);
  const linkOf = (key: string) => row((w) => w.uint32(tag(1, 2)).string(key));

  test("fill what is missing with null and empty lists", () => {
    const bytes = row((w) => w.uint32(tag(1, 2)).string("a"));
    expect(transcode(plan, bytes, bytes).lines).toEqual([
      '{"id":"a","ns":[],"link":null,"links":[]}',
      '{"id":"a","ns":[],"link":null,"links":[]}',
    ]);
  });

  test("are put in order when they are not: lists gathered, scalars the last, records merged", () => {
    const bytes = row((w) =>
      w
        .uint32(tag(4, 2))
        .bytes(linkOf("first"))
        .uint32(tag(2, 0))
        .int64(1)
        .uint32(tag(1, 2))
        .string("early")
        .uint32(tag(3, 2))
        .bytes(linkOf("merged"))
        .uint32(tag(2, 2))
        .bytes(row((packed) => packed.int64(2).int64(3)))
        .uint32(tag(4, 2))
        .bytes(linkOf("second"))
        .uint32(tag(1, 2))
        .string("late")
        .uint32(tag(3, 2))
        .bytes(row((inner) => inner.uint32(tag(2, 0)).int64(7))),
    );
    const { lines, errors } = transcode(plan, bytes);
    expect(errors).toEqual([]);
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      id: "late",
      ns: [1, 2, 3],
      link: { key: "merged", n: 7 },
      links: [
        { key: "first", n: null },
        { key: "second", n: null },
      ],
    });
  });

  test("take packed lists, empty ones too", () => {
    const bytes = row((w) =>
      w
        .uint32(tag(1, 2))
        .string("a")
        .uint32(tag(2, 0))
        .int64(1)
        .uint32(tag(2, 2))
        .bytes(new Uint8Array())
        .uint32(tag(2, 0))
        .int64(2),
    );
    expect(JSON.parse(transcode(plan, bytes).lines[0] ?? "")).toMatchObject({
      id: "a",
      ns: [1, 2],
    });
  });

  test("without what is required are refused", () => {
    expect(
      transcode(
        plan,
        row((w) => w.uint32(tag(2, 0)).int64(1)),
      ).errors,
    ).toEqual([{ index: 0, message: "Required field Row.id is missing" }]);
  });
});

describe("partitions of streamed rows", () => {
  const planFor = (type: Field["type"], proto: keyof typeof protoTypes, by?: string) =>
    planOf([column("happened_at", type)], [written(1, "happened_at", proto)], by);
  const timestamp = (plan: ReturnType<typeof planOf>, text: string) =>
    transcode(
      plan,
      row((w) => w.uint32(tag(1, 0)).int64(Date.parse(text) * 1_000)),
    ).errors;

  test("are of ten years ago to a year ahead", () => {
    const plan = planFor("TIMESTAMP", "int64", "HAPPENED_AT");
    expect(timestamp(plan, "2016-01-05T00:00:00Z")).toEqual([]);
    expect(timestamp(plan, "2027-01-03T23:59:59Z")).toEqual([]);
    expect(timestamp(plan, "2016-01-04T23:59:59Z")).toEqual([
      {
        index: 0,
        message:
          "Field Row.happened_at: 2016-01-04T23:59:59.000Z is outside the allowed bounds of a partition: streamed rows may be for 3650 days in the past to 366 days in the future",
      },
    ]);
    expect(timestamp(plan, "2027-01-04T00:00:00Z")).toHaveLength(1);
  });

  test("bind no other column", () => {
    expect(timestamp(planFor("TIMESTAMP", "int64"), "1970-01-01T00:00:00Z")).toEqual([]);
    expect(timestamp(planFor("TIMESTAMP", "int64", "hour"), "1970-01-01T00:00:00Z")).toEqual([]);
  });

  test("may be by DATE and DATETIME", () => {
    const byDate = planFor("DATE", "int32", "happened_at");
    const days = (n: number) => row((w) => w.uint32(tag(1, 0)).int32(n));
    expect(transcode(byDate, days(16_805), days(16_804)).errors).toMatchObject([{ index: 1 }]);
    const byDatetime = planFor("DATETIME", "string", "happened_at");
    const text = (t: string) => row((w) => w.uint32(tag(1, 2)).string(t));
    expect(
      transcode(byDatetime, text("2016-01-05 00:00:00"), text("2016-01-04T23:59:59.999999")).errors,
    ).toMatchObject([{ index: 1 }]);
  });
});
