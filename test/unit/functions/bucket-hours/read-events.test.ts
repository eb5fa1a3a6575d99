import { describe, expect, test } from "vitest";
import * as z from "zod";
import { readEvents } from "../../../../functions/bucket-hours/read-events.ts";
import { urlMentions } from "../../../../shared/streams/url-mentions.ts";
import { delivery } from "../../../support/deliveries.ts";

const now = Date.parse("2026-01-02T03:04:05Z");
const good = JSON.stringify({
  id: "x:1",
  event_time: "2019-07-03T06:00:00.000Z",
  url_key: "example.com/a",
  url: "https://example.com/a",
  host: "example.com",
  kind: "post",
  source: "x",
  revision: "02.00000000.01.300.0abcde",
});

describe("reading events", () => {
  const read = (payload: string) =>
    readEvents(urlMentions, delivery(payload, "url-mentions"), { functionVersion: "v1", now });

  test("takes what fits the stream and leaves unknown fields out", () => {
    const { events, failed } = read(`${good}\n${good.replace("{", '{"extra":1,')}`);
    expect(failed).toEqual([]);
    expect(events).toHaveLength(2);
    expect(events[1]).not.toHaveProperty("extra");
  });

  test.each([
    ["not JSON", "{", "malformed-json", "records[1]"],
    ["no id", good.replace('"id":"x:1",', ""), "invalid-field", "records[1].id"],
    ["an id without a source", good.replace("x:1", "1"), "invalid-field", "records[1].id"],
    [
      "a time without a zone",
      good.replace("000Z", "000"),
      "invalid-field",
      "records[1].event_time",
    ],
    [
      "a time of no calendar",
      good.replace("07-03T06", "07-33T06"),
      "invalid-field",
      "records[1].event_time",
    ],
    [
      "a time before the epoch",
      good.replace("2019", "1999"),
      "impossible-time",
      "records[1].event_time",
    ],
    [
      "a time to come",
      good.replace("2019-07-03T06", "2026-01-02T05"),
      "impossible-time",
      "records[1].event_time",
    ],
    [
      "a wrong type",
      good.replace('"source":"x"', '"source":1'),
      "invalid-field",
      "records[1].source",
    ],
  ])("%s is a failed event, its neighbours are events", (_, line, reason, path) => {
    const { events, failed } = read([good, line, good].join("\n"));
    expect(events).toHaveLength(2);
    expect(failed).toMatchObject([{ stage: "bucket-hours", reason, issues: [{ path }] }]);
    expect(Buffer.from(failed[0]?.original ?? "", "base64").toString()).toBe(line);
  });

  test("says why a time is not possible", () => {
    const { failed } = read(good.replace("2019", "1999"));
    const message = "before the epoch of the stream, or more than an hour in the future";
    expect(failed[0]?.issues).toEqual([{ path: "records[0].event_time", message }]);
  });

  test.each([
    ["an id", { event_time: "2019-07-03T06:00:00.000Z" }],
    ["a time", { id: "x:1" }],
  ])("a stream whose events lack %s is wrong itself", (_, event) => {
    const stream = { ...urlMentions, event: z.looseObject({}) };
    const of = delivery(JSON.stringify(event), "url-mentions");
    expect(() => readEvents(stream, of, { functionVersion: "v1", now })).toThrow(
      "the events of stream url-mentions need an id and a time: see its schema",
    );
  });
});
