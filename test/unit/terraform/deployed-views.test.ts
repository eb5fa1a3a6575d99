import { expect, test } from "vitest";
import { deployedViews, describeView } from "../../../terraform/deployed-views.ts";

test("each view is deployed once, and after those that it reads", () => {
  const names = deployedViews.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  for (const [index, { name, sql }] of deployedViews.entries()) {
    const later = names.slice(index + 1).filter((one) => sql.includes(`\${dataset}.${one}\``));
    expect(later, `${name} reads what comes after it`).toEqual([]);
  }
});

test("a view is described with its columns", () => {
  const view = { name: "some", sql: "SELECT 1 AS n", description: "Some", columns: { n: "One" } };
  expect(describeView(view)).toBe("Some\nn: One");
});
