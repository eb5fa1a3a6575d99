import { expect, test } from "vitest";
import { storedTables } from "../../../../shared/rows/stored-tables.ts";
import { tables } from "../../../../shared/rows/tables.ts";
import { checkedInJson } from "../../../support/checked-in.ts";

test.each(storedTables)("$name is deployed as it stands", ({ name, columns, ...table }) => {
  const { description, partitionedBy, clusteredBy } = table;
  expect(checkedInJson(`terraform/schemas/${name}.json`)).toEqual({
    description,
    partitionedBy,
    clusteredBy,
    schema: columns,
  });
});

test("what is appended is partitioned by its arrival, and totals by the hour that they count", () => {
  const partitions = new Map(storedTables.map((table) => [table.name, table.partitionedBy]));
  for (const { name } of tables) expect(partitions.get(name), name).toBe("landed_at");
  expect(partitions.get("url_hour_totals")).toBe("hour");
  expect(partitions.get("turnstile_hour_totals")).toBe("hour");
});

test("BigQuery clusters by four columns at most", () => {
  const turnstiles = storedTables.find(({ name }) => name === "turnstile_hour_increments");
  expect(turnstiles?.clusteredBy).toEqual(["hour", "ca", "unit", "scp"]);
});

test("each table is fed by one topic", () => {
  expect(Object.fromEntries(tables.map(({ name, topic }) => [name, topic]))).toEqual({
    posts: "append-posts",
    tombstones: "append-tombstones",
    unlinked: "append-unlinked",
    url_hour_increments: "append-url-hours",
    interaction_hour_increments: "append-interaction-hours",
    turnstile_hour_increments: "append-turnstile-hours",
    word_hour_increments: "append-word-hours",
    log_hour_increments: "append-log-hours",
    turnstile_registers: "append-turnstile-registers",
    image_colors: "append-image-colors",
    failed_events: "failed-events",
    redrives: "append-redrives",
    retractions: "append-retractions",
    closings: "append-closings",
    anomalies: "anomalies",
  });
});
