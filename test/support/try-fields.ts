import { expect, test } from "vitest";
import type * as z from "zod";

/** Values that a field may have, and values that it may not: undefined where it is left out. */
type Tried = { takes?: readonly unknown[]; refuses?: readonly unknown[] };

/** A text of so many letters. */
export const long = (letters: number): string => "x".repeat(letters);

/**
 * Tests of what a schema of objects promises: `good` has every field and is read as it is, each value of
 * `tried` is taken or refused in its place, and what describes a field says something.
 */
export function tryFields(
  schema: z.ZodObject,
  good: Readonly<Record<string, unknown>>,
  tried: Readonly<Record<string, Tried>>,
): void {
  test("is read as it is", () => {
    expect(schema.parse(good)).toEqual(good);
  });

  test.each(Object.entries(tried))("%s", (field, { takes = [], refuses = [] }) => {
    for (const value of takes) {
      expect(schema.parse({ ...good, [field]: value })[field], shown(value)).toEqual(value);
    }
    for (const value of refuses) {
      const { error } = schema.safeParse({ ...good, [field]: value });
      expect(
        error?.issues.map(({ path }) => path[0]),
        shown(value),
      ).toContain(field);
    }
  });

  test("describes its fields in words, where it does", () => {
    const described = Object.values(schema.shape).flatMap(({ description }) => description ?? []);
    for (const description of described) expect(description).toMatch(/^\S.*[a-z].*\S$/i);
  });
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? "left out").slice(0, 40);
