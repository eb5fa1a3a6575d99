import { describe, expect, test } from "vitest";
import { describedTopics } from "../../../../shared/manifest/topics.ts";

const topicOf = (name: string) => {
  const topic = describedTopics.find((one) => one.name === name);
  if (topic === undefined) throw new Error(`there is no topic ${name}`);
  return topic;
};

describe("the topics whose events are known", () => {
  test("are those that functions publish or take, of the streams, and of the tables", () => {
    const names = describedTopics.map(({ name }) => name);
    expect(names.slice(0, 8)).toEqual([
      "tweets",
      "turnstiles",
      "log-lines",
      "link-shares",
      "hours-closed",
      "object-finalized",
      "dead-letters",
      "dead-letters-parked",
    ]);
    expect(names).toEqual(
      expect.arrayContaining(["url-mentions", "interactions", "append-url-hours", "failed-events"]),
    );
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(describedTopics)("$name say what travels on them", ({ description, event }) => {
    expect(description).toMatch(/^[A-Z].* /);
    expect(event.description ?? "Described by its fields").toMatch(/^[A-Z].* /);
  });

  test("of a table say that they are its rows", () => {
    expect(topicOf("append-redrives").description).toMatch(/^Rows of a table: [A-Z].* /);
    expect(topicOf("url-mentions").description).not.toMatch(/^Rows/);
  });
});

const failed = { failed_event_id: "a", redriven_at: "2019-07-03T06:29:00Z", requested_by: "b" };
const turnstile = {
  ca: "A002",
  unit: "R051",
  scp: "02-00-00",
  station: "59 ST",
  linename: "NQR456W",
  division: "BMT",
  date: "01/01/2022",
  time: "03:00:00",
  desc: "REGULAR",
  entries: 7_673_811,
  exits: 2_658_431,
};
const object = { bucket: "lake", name: "landing/a", generation: "7" };

test.each([
  ["tweets", { id_str: "20" }],
  ["tweets", [{ id_str: "20" }]],
  ["turnstiles", turnstile],
  ["turnstiles", "A002,R051,02-00-00"],
  ["log-lines", "GET / HTTP/1.1"],
  ["object-finalized", object],
  ["object-finalized", { ...object, size: "7" }],
  ["dead-letters", { any: "thing" }],
  ["append-redrives", failed],
])("on %s travels %j", (name, event) => {
  expect(topicOf(name).event.parse(event)).toEqual(event);
});

test.each([
  ["tweets", "text"],
  ["tweets", ["text"]],
  ["turnstiles", { ca: "A002" }],
  ["turnstiles", 7],
  ["link-shares", { id: "x:20" }],
  ["hours-closed", { stream: "url-mentions" }],
  ["object-finalized", { ...object, bucket: undefined }],
  ["object-finalized", { ...object, generation: 7 }],
  ["url-mentions", { id: "x:20" }],
  ["append-redrives", { ...failed, redriven_at: "today" }],
])("on %s does not travel %j", (name, event) => {
  expect(topicOf(name).event.safeParse(event).success).toBe(false);
});
