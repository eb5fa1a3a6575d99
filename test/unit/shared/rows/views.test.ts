import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { views } from "../../../../shared/rows/views.ts";
import { checkedIn, checkedInJson } from "../../../support/checked-in.ts";

test.each(views)("$name is deployed as it stands, with what its columns say", (view) => {
  expect(view.sql).toBe(checkedIn(`terraform/views/${view.name}.sql`));
  const columns = Object.entries(view.columns).map(([name, says]) => `${name}: ${says}`);
  expect(checkedInJson(`terraform/views/${view.name}.json`)).toEqual({
    description: [view.description, ...columns].join("\n"),
  });
});

test("a view is created after those that it reads", () => {
  const names = views.map(({ name }) => name);
  for (const [at, { name, sql }] of views.entries()) {
    const later = names.slice(at).filter((other) => sql.includes(`\${dataset}.${other}\``));
    expect(later, name).toEqual([]);
  }
});

test("all are deployed, beside the stop words", () => {
  const deployed = readdirSync(join(import.meta.dirname, "../../../../terraform/views"))
    .filter((file) => file.endsWith(".sql"))
    .map((file) => file.slice(0, -".sql".length));
  expect([...views.map(({ name }) => name), "stop_words"].toSorted()).toEqual(deployed.toSorted());
});
