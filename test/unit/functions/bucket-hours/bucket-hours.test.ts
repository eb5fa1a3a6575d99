import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bucketHours, type Increment } from "../../../../functions/bucket-hours/bucket-hours.ts";
import { logEntries } from "../../../../shared/streams/log-entries.ts";
import { urlMentions } from "../../../../shared/streams/url-mentions.ts";

const revision = "02.00000000.01.300.0abcde";

const mention = (id: string, event_time: string, fields: Record<string, unknown> = {}) => ({
  id,
  event_time,
  url_key: "example.com/a",
  url: "https://example.com/a",
  host: "example.com",
  kind: "post",
  source: "x",
  revision,
  ...fields,
});
const bucket = (events: ReturnType<typeof mention>[]) => bucketHours(urlMentions, events);
/** What an increment keeps of an event. */
const member = (id: string, fields: object = {}) => ({
  id,
  kind: "post",
  source: "x",
  revision,
  ...fields,
});

describe("increments", () => {
  test("are one row per hour and key, with the events inside", () => {
    const rows = bucket([
      mention("x:2", "2019-07-03T06:59:59.999Z", { author: "x:9" }),
      mention("x:1", "2019-07-03T06:00:00.000Z"),
      mention("x:3", "2019-07-03T07:00:00.000Z"),
      mention("x:4", "2019-07-03T06:30:00.000Z", { url_key: "example.com/b" }),
    ]);
    expect(rows.map(({ hour, events }) => [hour, events])).toEqual([
      ["2019-07-03T06:00:00Z", [member("x:1"), member("x:2", { author: "x:9" })]],
      ["2019-07-03T07:00:00Z", [member("x:3")]],
      ["2019-07-03T06:00:00Z", [member("x:4")]],
    ]);
  });

  test("fit the row schema of their table", () => {
    const [row] = bucket([mention("x:1", "2019-07-03T06:00:00.000Z")]);
    expect(urlMentions.increments.row.strict().parse(row)).toEqual({
      hour: "2019-07-03T06:00:00Z",
      url_key: "example.com/a",
      url: "https://example.com/a",
      host: "example.com",
      events: [member("x:1")],
    });
  });

  test("hold an event once, however often it came", () => {
    const twice = [
      mention("x:1", "2019-07-03T06:00:00.000Z"),
      mention("x:1", "2019-07-03T06:00:00.000Z"),
    ];
    expect(bucket(twice)).toMatchObject([{ events: [{ id: "x:1" }] }]);
  });

  test("of different labels stay apart, so that each event keeps its own", () => {
    const events = [
      mention("x:2", "2019-07-03T06:00:00.000Z", { url: "https://www.example.com/a" }),
      mention("x:1", "2019-07-03T06:00:00.000Z", { url: "http://example.com/a" }),
      mention("x:3", "2019-07-03T06:00:00.000Z", { url: "https://www.example.com/a" }),
    ];
    expect(bucket(events)).toMatchObject([
      { url: "https://www.example.com/a", events: [{ id: "x:2" }, { id: "x:3" }] },
      { url: "http://example.com/a", events: [{ id: "x:1" }] },
    ]);
  });

  test("keep each reading of a post, also one that mentions no page", () => {
    const better = "02.00000001.01.300.0abcde";
    const [page, none] = bucket([
      mention("x:1", "2019-07-03T06:00:00.000Z"),
      mention("x:1", "2019-07-03T06:00:00.000Z", { revision: better }),
      mention("x:1", "2019-07-03T06:00:00.000Z", {
        revision: better,
        url_key: undefined,
        url: undefined,
        host: undefined,
      }),
    ]);
    expect(page?.events).toEqual([member("x:1"), member("x:1", { revision: better })]);
    expect(none).toEqual({
      hour: "2019-07-03T06:00:00Z",
      events: [member("x:1", { revision: better })],
    });
  });

  test("are told apart by values that look alike when they are written one after the other", () => {
    const at = "2019-07-03T06:00:00.000Z";
    const rows = bucket([
      mention("x:1", at, { url_key: "a/1:b", url: "c" }),
      mention("x:2", at, { url_key: "a", url: "b/1:c" }),
      mention("x:3", at, { url_key: undefined, url: "c" }),
      mention("x:4", at, { url_key: "", url: "c" }),
      mention("x:5", at, { url_key: "null", url: "c" }),
    ]);
    expect(rows).toHaveLength(5);
    // Of a stream whose keys are numbers.
    const entries = [200, 404, 200].map((status, n) => ({ id: `l:${n}`, event_time: at, status }));
    expect(bucketHours(logEntries, entries).map((row) => [row.status, row.events.length])).toEqual([
      [200, 2],
      [404, 1],
    ]);
  });

  test("leave out what an event does not have", () => {
    const [row] = bucket([mention("x:1", "2019-07-03T06:00:00.000Z", { url: undefined })]);
    expect(Object.keys(row ?? {})).toEqual(["hour", "url_key", "host", "events"]);
  });

  test("of very many events are several rows", () => {
    const events = Array.from({ length: 4_500 }, (_, n) =>
      mention(`x:${n}`, "2019-07-03T06:00:00.000Z"),
    );
    expect(bucket(events).map((row) => row.events.length)).toEqual([2_000, 2_000, 500]);
    expect(bucket(events.slice(0, 4_000)).map((row) => row.events.length)).toEqual([2_000, 2_000]);
  });

  test("count before 1970 and in leap years into their own hour", () => {
    expect(bucket([mention("x:1", "1969-12-31T23:30:00.000Z")])).toMatchObject([
      { hour: "1969-12-31T23:00:00Z" },
    ]);
  });
});

test("any split and order of the events holds the same identities per hour and key", () => {
  const event = fc.record({
    id: fc.integer({ min: 1, max: 20 }).map((n) => `x:${n}`),
    hour: fc.integer({ min: 0, max: 2 }),
    key: fc.constantFrom("a.example.com", "b.example.com"),
  });
  const identities = (rows: Increment[]) =>
    new Set(
      rows.flatMap((row) => row.events.map((one) => JSON.stringify([row.hour, row.url_key, one]))),
    );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), fc.nat(), (generated, cut) => {
      const events = generated.map(({ id, hour, key }) =>
        mention(id, `2019-07-03T0${hour}:15:00.000Z`, { url_key: key }),
      );
      const at = events.length === 0 ? 0 : cut % events.length;
      const split = [...bucket(events.slice(at).toReversed()), ...bucket(events.slice(0, at))];
      const expected = events.map(({ id, event_time, url_key }) =>
        JSON.stringify([`${event_time.slice(0, 13)}:00:00Z`, url_key, member(id)]),
      );
      expect(identities(split)).toEqual(new Set(expected));
    }),
    { numRuns: 500 },
  );
});
