import { describe, expect, test } from "vitest";
import { encodeRow } from "../../../../functions/append-rows/encode-row.ts";
import type { Column } from "../../../../shared/rows/bigquery-schema.ts";

const column = (type: Column["type"], mode: Column["mode"] = "NULLABLE"): Column => ({
  name: "a",
  type,
  mode,
});

const encoded = (row: object, ...columns: Column[]): string =>
  Buffer.from(encodeRow(row, columns)).toString("hex");

describe("a row on the wire has", () => {
  test.each<[Column["type"], unknown, string]>([
    ["STRING", "é", "0a02c3a9"],
    ["STRING", "", "0a00"],
    ["STRING", "\ud83d", "0a03efbfbd"],
    ["BYTES", "AAEC", "0a03000102"],
    ["INTEGER", 300, "08ac02"],
    ["INTEGER", -1, "08ffffffffffffffffff01"],
    ["INTEGER", 9_007_199_254_740_991, "08ffffffffffffff0f"],
    ["FLOAT", 1.5, "09000000000000f83f"],
    ["BOOLEAN", true, "0801"],
    ["BOOLEAN", false, "0800"],
    // 1,562,135,340,123,456 µs
    ["TIMESTAMP", "2019-07-03T06:29:00.123456Z", "08c08aa8d08f98e302"],
    // 1,562,135,340,000,000 µs
    ["TIMESTAMP", "2019-07-03T06:29:00Z", "0880c6a0d08f98e302"],
    // -1,500,000 µs
    ["TIMESTAMP", "1969-12-31T23:59:58.5Z", "08a0b9a4ffffffffffff01"],
    ["TIMESTAMP", 1, "0801"],
  ])("%s %j", (type, value, expected) => {
    expect(encoded({ a: value }, column(type))).toBe(expected);
  });

  test("its columns by their place, without those that are absent", () => {
    const columns = ["a", "b", "c", "d"].map((name) => ({ ...column("INTEGER"), name }));
    expect(encoded({ d: 4, a: undefined, b: null, c: 3, e: 5 }, ...columns)).toBe("18032004");
  });

  test("lists of values and of records, also empty ones", () => {
    const texts = column("STRING", "REPEATED");
    const record: Column = { ...texts, name: "b", type: "RECORD", fields: [column("STRING")] };
    const row = { a: ["x", "y"], b: [{ a: "z" }, {}] };
    expect(encoded(row, texts, record)).toBe("0a01780a01791203" + "0a017a" + "1200");
    expect(encoded({ a: [], b: [] }, texts, record)).toBe("");
  });

  test.each<[Column["type"], unknown]>([
    ["STRING", { nested: true }],
    ["STRING", 1],
    ["INTEGER", "1"],
    ["BOOLEAN", "true"],
    ["FLOAT", false],
    ["RECORD", "x"],
    ["STRING", ["x"]],
  ])("never for %s the value %j", (type, value) => {
    expect(() => encodeRow({ a: value }, [column(type)])).toThrow("column a cannot hold");
  });
});
