import { describe, expect, test } from "vitest";
import {
  type FunctionManifest,
  functionManifest,
  triggersOf,
} from "../../../../shared/manifest/function-manifest.ts";
import { archivedTopics, topicsOf } from "../../../../shared/manifest/list-topics.ts";
import { resolveManifests } from "../../../../shared/manifest/resolve-manifests.ts";
import { tables } from "../../../../shared/rows/tables.ts";
import { streams } from "../../../../shared/streams/streams.ts";

const declare = (name: string, declared: object): FunctionManifest => ({
  name,
  ...functionManifest.parse({
    description: "Does something",
    publishes: {},
    environment: {},
    memory: "512Mi",
    cpu: 1,
    concurrency: 1,
    minInstances: 0,
    maxInstances: 1,
    timeoutSeconds: 60,
    ...declared,
  }),
});

const resolve = (declared: object, ...others: FunctionManifest[]) => {
  const [resolved] = resolveManifests([declare("one", declared), ...others]);
  if (resolved === undefined) throw new Error("there is one");
  return resolved;
};

describe("words that stand for lists", () => {
  test("all events: the topic of each stream, the url-mentions among them", () => {
    const topics = triggersOf(resolve({ trigger: { topics: ["all events"] } }));
    expect(topics).toContain("url-mentions");
    expect(topics).toHaveLength(streams.length);
  });

  test("all increments: append-url-hours among them", () => {
    const { publishes } = resolve({
      trigger: { http: "private" },
      publishes: { "all increments": "they are counted", "failed-events": "they are not" },
    });
    expect(publishes).toMatchObject({
      "append-url-hours": "they are counted",
      "failed-events": "they are not",
    });
    expect(Object.keys(publishes)).toHaveLength(streams.length + 1);
  });

  test("all rows and all tables: each table with its topic", () => {
    const one = resolve({ trigger: { topics: ["all rows"] }, tables: { "all tables": "rows" } });
    expect(triggersOf(one)).toEqual(expect.arrayContaining(["append-url-hours", "failed-events"]));
    expect(triggersOf(one)).toHaveLength(tables.length);
    expect(one.tables).toMatchObject({ url_hour_increments: "rows", failed_events: "rows" });
    expect(Object.keys(one.tables)).toHaveLength(tables.length);
  });

  test("all increments, totals and counts: the tables and views of each stream", () => {
    const { tables: granted, queries } = resolve({
      trigger: { http: "private" },
      tables: { "all totals": "written" },
      queries: { "all increments": "read", "all totals": "compared", "all counts": "shown" },
    });
    expect(granted).toMatchObject({ url_hour_totals: "written" });
    expect(Object.keys(granted)).toHaveLength(streams.length);
    expect(queries).toMatchObject({
      url_hour_increments: "read",
      url_hour_totals: "compared",
      url_hours: "shown",
      url_events: "shown",
      url_closings: "shown",
    });
    expect(Object.keys(queries)).toHaveLength(5 * streams.length);
  });

  test("all triggers: what triggers any function, but no dead letters", () => {
    const { publishes } = resolve(
      { trigger: { http: "private" }, publishes: { "all triggers": "sent back" } },
      declare("two", { trigger: { topics: ["texts", "all events"] } }),
      declare("three", { trigger: { topics: ["texts", "dead-letters"] } }),
    );
    const events = streams.map(({ name }) => [name, "sent back"]);
    expect(publishes).toEqual({ texts: "sent back", ...Object.fromEntries(events) });
  });

  test("a name beside them keeps its own reason", () => {
    const { tables: granted } = resolve({
      trigger: { http: "private" },
      tables: { failed_events: "its own reason", "all tables": "rows" },
    });
    expect(granted).toMatchObject({ failed_events: "its own reason", redrives: "rows" });
  });
});

describe("archived topics", () => {
  test("may trigger the function or be published to, and are listed once, sorted", () => {
    const manifests = resolveManifests([
      declare("one", { trigger: { topics: ["texts"] }, archived: ["texts"] }),
      declare("two", {
        trigger: { http: "public" },
        publishes: { texts: "bodies", clicks: "bodies" },
        archived: ["texts", "clicks"],
      }),
    ]);
    expect(archivedTopics(manifests)).toEqual(["clicks", "texts"]);
    expect(topicsOf(manifests)).toEqual(["clicks", "texts"]);
  });

  test("must have to do with the function", () => {
    expect(() => resolve({ trigger: { http: "public" }, archived: ["texts", "clicks"] })).toThrow(
      "one archives texts, clicks: only topics that trigger it or that it publishes to",
    );
  });
});
