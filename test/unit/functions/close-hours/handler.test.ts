import { describe, expect, test } from "vitest";
import type { Warehouse } from "../../../../functions/close-hours/close-stream.ts";
import { createHandler } from "../../../../functions/close-hours/handler.ts";
import type { Header, TouchedHour } from "../../../../functions/close-hours/plan-closing.ts";
import { interactions } from "../../../../shared/streams/interactions.ts";
import { urlMentions } from "../../../../shared/streams/url-mentions.ts";

const hourMs = 3_600_000;
const now = Date.parse("2026-03-10T12:00:00.000Z");
const hour = (hours: number) => Date.parse("2026-03-10T00:00:00Z") + hours * hourMs;

/** An hour in which something has landed, ten minutes before now unless it says when. */
const touch = (at: number, lastLandedAt = now - 600_000): TouchedHour => ({
  hour: at,
  firstLandedAt: at + 60_000,
  lastLandedAt,
});

type Asked = [query: string, ...asked: unknown[]];

/** The handler on a warehouse in memory, in which each hour that is written has one key and two events. */
function createCloser({
  touched = [] as TouchedHour[],
  watermark = undefined as number | undefined,
  headers = [] as Header[],
  /** What a query takes, ms. */
  takesMs = 0,
  fails = (_query: string, _stream: string): boolean => false,
} = {}) {
  let clock = now;
  const asked: Asked[] = [];
  const published: [topic: string, schema: string, lines: unknown[]][] = [];
  const logged: object[] = [];
  const errors: object[] = [];
  const written = new Map(headers.map((header) => [header.hour, header]));
  const answer = <Told>(query: string, stream: string, told: Told, ...rest: unknown[]) => {
    asked.push([query, stream, ...rest]);
    clock += takesMs;
    if (fails(query, stream)) throw new Error(`${query} is not available`);
    return { answer: told, bytesBilled: 10 };
  };
  const warehouse: Warehouse = {
    readWatermarks: async (since) => {
      const known = new Map(watermark === undefined ? [] : [["url-mentions", watermark]]);
      return answer("readWatermarks", "", known, since);
    },
    // Of interactions, hours later have changed.
    findTouched: async ({ name }, window) => {
      const laterMs = name === "interactions" ? 4 * hourMs : 0;
      const found = touched.map((one) => ({ ...one, hour: one.hour + laterMs }));
      return answer("findTouched", name, found, window);
    },
    readHeaders: async ({ name }, hours) => {
      const found = hours.flatMap((one) => written.get(one) ?? []);
      return answer("readHeaders", name, found, hours);
    },
    writeTotals: async ({ name }, totals) => {
      for (const one of totals.hours) {
        const { revision, landedFrom: firstLandedAt } = totals;
        const counts = { keys: 1, events: 2, late: 0 };
        written.set(one, { hour: one, revision, watermark: now, firstLandedAt, ...counts });
      }
      return answer("writeTotals", name, undefined, totals);
    },
  };
  const handle = createHandler({
    warehouse,
    publish: async (topic, schema, lines) => {
      if (fails(`publish ${topic}`, "")) throw new Error(`${topic} is not available`);
      published.push([topic, schema, lines.map((line): unknown => JSON.parse(line))]);
    },
    now: () => clock,
    random: () => 0.25,
    streams: [urlMentions, interactions],
    log: {
      info: (counts) => logged.push(counts),
      error: (details) => errors.push(details),
    },
  });
  return {
    asked,
    published,
    logged,
    errors,
    writes: () => asked.filter(([query]) => query === "writeTotals"),
    close: async (body: unknown = { stream: "url-mentions" }) => {
      let code = 0;
      let text = "";
      await handle(
        { method: "POST", body },
        {
          status: (status) => {
            code = status;
          },
          setHeader: () => undefined,
          end: (json) => {
            text = String(json);
          },
        },
      );
      return [code, JSON.parse(text)];
    },
  };
}

/** Of this run: its clock in µs, and a quarter of what is drawn of a ms. */
const revision = now * 1_000 + 250;
const header = (at: number, changed: Partial<Header> = {}): Header => ({
  hour: at,
  revision: (now - 24 * hourMs) * 1_000,
  watermark: now - 24 * hourMs,
  firstLandedAt: at,
  keys: 1,
  events: 2,
  late: 0,
  ...changed,
});

describe("hours that have changed", () => {
  test("are written, told and then marked, in this order", async () => {
    const closer = createCloser({ touched: [touch(hour(9)), touch(hour(8))] });
    expect(await closer.close()).toEqual([
      200,
      {
        streams: [{ stream: "url-mentions", counted: 2, closed: 2, told: 2, bytesBilled: 40 }],
      },
    ]);
    expect(closer.asked.map(([query]) => query)).toEqual([
      "readWatermarks",
      "findTouched",
      "readHeaders",
      "writeTotals",
      "readHeaders",
    ]);
    expect(closer.writes()).toEqual([
      [
        "writeTotals",
        "url-mentions",
        {
          hours: [hour(8), hour(9)],
          landedFrom: hour(8) + 60_000,
          deletedFrom: hour(6),
          watermark: now,
          revision,
        },
      ],
    ]);
    const told = { stream: "url-mentions", revision, keys: 1, events: 2, late: 0 };
    expect(closer.published).toEqual([
      [
        "hours-closed",
        "hours-closed.v1",
        [
          { ...told, hour: "2026-03-10T08:00:00Z" },
          { ...told, hour: "2026-03-10T09:00:00Z" },
        ],
      ],
      [
        "append-closings",
        "closing.v1",
        [
          {
            stream: "url-mentions",
            watermark: "2026-03-10T12:00:00.000Z",
            hours: 2,
            bytes_billed: 40,
          },
        ],
      ],
    ]);
    expect(closer.logged).toMatchObject([{ stream: "url-mentions", closed: 2 }]);
  });

  test("are told once more where a run was killed before it could tell", async () => {
    const killed = header(hour(8), { revision: (now - 60_000) * 1_000 });
    const closer = createCloser({
      touched: [touch(hour(8), hour(8) + 60_000)],
      headers: [killed],
      watermark: now - 120_000,
    });
    expect(await closer.close()).toMatchObject([200, { streams: [{ counted: 0, told: 1 }] }]);
    expect(closer.published.map(([topic]) => topic)).toEqual(["hours-closed", "append-closings"]);
  });

  test("have a revision above those of a clock that is ahead", async () => {
    const ahead = header(hour(8), { revision: (now + 5_000) * 1_000 + 999 });
    const closer = createCloser({ touched: [touch(hour(8))], headers: [ahead] });
    await closer.close();
    const [[, , totals] = []] = closer.writes();
    expect(totals).toMatchObject({ revision: (now + 5_001) * 1_000 + 250 });
  });

  test("are none: the watermark moves once a day", async () => {
    for (const [watermark, topics] of [
      [now - 60_000, []],
      [now - 24 * hourMs - 1, ["append-closings"]],
      [undefined, ["append-closings"]],
    ] as const) {
      const closer = createCloser({ watermark });
      expect(await closer.close()).toMatchObject([200, { streams: [{ counted: 0, told: 0 }] }]);
      expect(closer.published.map(([topic]) => topic)).toEqual(topics);
    }
  });
});

describe("a run that does not come to its end", () => {
  // Hours that landed weeks apart are counted by queries of their own.
  const apart = [
    { ...touch(hour(1)), firstLandedAt: hour(1) - 700 * hourMs },
    { ...touch(hour(2)), firstLandedAt: hour(2) - 300 * hourMs },
    touch(hour(3)),
  ];

  test("tells from which hour on something is left, and moves no watermark", async () => {
    const closer = createCloser({ touched: apart, takesMs: 70_000 });
    expect(await closer.close()).toMatchObject([
      200,
      { nextFrom: "2026-03-10T02:00:00Z", streams: [{ counted: 1, closed: 1, told: 1 }] },
    ]);
    expect(closer.published.map(([topic]) => topic)).toEqual(["hours-closed"]);
  });

  test("because one stream fails: the others are closed even so, and it is to be asked again", async () => {
    const fails = (query: string, stream: string) =>
      query === "findTouched" && stream === "url-mentions";
    const closer = createCloser({ touched: [touch(hour(8))], fails });
    const [status] = await closer.close({});
    expect(status).toBe(503);
    expect(closer.writes().map(([, stream]) => stream)).toEqual(["interactions"]);
    expect(closer.published.map(([topic]) => topic)).toEqual(["hours-closed", "append-closings"]);
    expect(closer.errors).toHaveLength(1);
  });

  test("because nobody can be told: it is not marked", async () => {
    const fails = (query: string) => query === "publish hours-closed";
    const closer = createCloser({ touched: [touch(hour(8))], fails });
    expect((await closer.close())[0]).toBe(503);
    expect(closer.published).toEqual([]);
  });

  test("of several streams tells the first hour that is left", async () => {
    const closer = createCloser({ touched: apart, takesMs: 40_000 });
    const [, answer] = await closer.close({});
    expect(answer.nextFrom).toBe("2026-03-10T02:00:00Z");
  });
});

describe("a range", () => {
  const range = { from: "2026-03-10T08:00:00Z", to: "2026-03-10T20:00:00Z" };

  test("is counted as far as it is over, told whatever it is, and moves no watermark", async () => {
    const closer = createCloser({
      touched: [touch(hour(8), hour(8))],
      headers: [header(hour(8))],
      watermark: now - 60_000,
    });
    const asked = { ...range, stream: "url-mentions" };
    expect(await closer.close(asked)).toMatchObject([200, { streams: [{ counted: 1, told: 1 }] }]);
    expect(closer.asked[0]).toEqual([
      "findTouched",
      "url-mentions",
      { since: hour(6), from: hour(8), to: hour(12) },
    ]);
    expect(closer.published.map(([topic]) => topic)).toEqual(["hours-closed"]);
  });

  test.each([
    [{ from: range.from }, "Not a request to close"],
    [{ ...range, stream: "tweets" }, "Not a stream: try url-mentions, interactions"],
    [{ ...range, from: "2026-03-10" }, "Not a request to close"],
  ])("is refused as %j", async (body, title) => {
    const closer = createCloser();
    expect(await closer.close(body)).toMatchObject([400, { title }]);
    expect(closer.asked).toEqual([]);
  });
});
