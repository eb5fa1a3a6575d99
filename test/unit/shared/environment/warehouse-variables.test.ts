import { expect, test } from "vitest";
import * as z from "zod";
import {
  bytesBilled,
  warehouseConfig,
  warehouseVariables,
} from "../../../../shared/environment/warehouse-variables.ts";

const schema = z.object(warehouseVariables);

test("names a dataset, and where it is if that is to be said", () => {
  expect(warehouseConfig(schema.parse({ BIGQUERY_DATASET: "acme_hourtally" }))).toEqual({
    dataset: "acme_hourtally",
    location: undefined,
  });
  const located = { BIGQUERY_DATASET: "hourtally", BIGQUERY_LOCATION: "EU" };
  expect(warehouseConfig(schema.parse(located))).toEqual({ dataset: "hourtally", location: "EU" });
});

test.each([
  {},
  { BIGQUERY_DATASET: "" },
  { BIGQUERY_DATASET: "p.hourtally" },
  { BIGQUERY_DATASET: "hourtally; drop" },
  { BIGQUERY_DATASET: "hourtally", BIGQUERY_LOCATION: "" },
])("%j is refused", (environment) => {
  expect(schema.safeParse(environment).success).toBe(false);
});

test("a bound in bytes has its usual value, and is a whole number", () => {
  const bound = bytesBilled(10_485_760);
  expect(bound.parse(undefined)).toBe("10485760");
  expect(bound.parse("1")).toBe("1");
  expect(bound.parse("20000000")).toBe("20000000");
  for (const text of ["", "1e9", "-1", "1 GB", "about 1"]) {
    expect(bound.safeParse(text).success).toBe(false);
  }
});
