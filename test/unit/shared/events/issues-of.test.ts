import { expect, test } from "vitest";
import * as z from "zod";
import { issuesOf, rebaseIssues } from "../../../../shared/events/issues-of.ts";

test("an issue says where in the value it is, as JavaScript does", () => {
  const page = z.object({ data: z.array(z.object({ links: z.array(z.array(z.int())) })) });
  const { error } = page.safeParse({ data: [{ links: [[1]] }, { links: [[2], [3, "secret"]] }] });
  expect(error && issuesOf(error)).toEqual([
    { path: "data[1].links[1][1]", message: "Invalid input: expected number, received string" },
  ]);
});

test("an issue of the whole value has no path", () => {
  const { error } = z.int().safeParse("secret");
  expect(error && issuesOf(error)).toEqual([
    { path: "", message: "Invalid input: expected number, received string" },
  ]);
});

test.each([
  ["records[3]", "created_at", "records[3].created_at"],
  ["records[3]", "[0].url", "records[3][0].url"],
  ["records[3]", "", "records[3]"],
  ["", "created_at", "created_at"],
  ["", "[0]", "[0]"],
])("below %j, %j is %j", (base, path, expected) => {
  expect(rebaseIssues([{ path, message: "m" }], base)).toEqual([{ path: expected, message: "m" }]);
});
