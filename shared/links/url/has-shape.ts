import { shapes } from "../rules/value-shapes.ts";

/** What a value may look like: one row of patterns must match in full. */
export type Shape = keyof typeof shapes;

/** Whether a value, in lower case, has a shape. */
export function hasShape(shape: Shape, value: string): boolean {
  const rows: readonly (readonly RegExp[])[] = shapes[shape];
  return rows.some((row) => row.every((pattern) => pattern.test(value)));
}
