import { describe, expect, test } from "vitest";
import { createHandler } from "../../../../functions/detect-anomalies/handler.ts";
import { anomaly } from "../../../../shared/events/anomaly.v1.ts";
import { urlMentions } from "../../../../shared/streams/url-mentions.ts";
import { createPoisson } from "../../../support/create-poisson.ts";
import { createRandom, type Random } from "../../../support/create-random.ts";
import { messagePublished } from "../../../support/deliveries.ts";
import { type ClosedHour, createMemoryTotals } from "../../../support/memory-totals.ts";

const hourMs = 3_600_000;
/** 2026-01-05 00:00 UTC, a Monday, in hours since 1970. */
const start = 490_992;
const logEntries = { ...urlMentions, name: "log-entries" };
const streams = [urlMentions, logEntries];

const startOf = (hour: number) =>
  new Date((start + hour) * hourMs).toISOString().replace(".000Z", "Z");

type Said = ReturnType<typeof anomaly.parse>;

/** The function on totals in memory: closes hours, and tells what it has said. */
function openTestBed() {
  const totals = createMemoryTotals(streams.map(({ name }) => name));
  const published: { topic: string; schema: string; line: unknown }[] = [];
  const logged: object[] = [];
  let clock = 0;
  const handle = createHandler({
    streams,
    find: totals.find,
    publish: async (topic, schema, lines) => {
      for (const line of lines) published.push({ topic, schema, line: JSON.parse(line) });
    },
    now: () => clock,
    log: { info: (counts, message) => void logged.push({ message, ...counts }) },
    config: { functionVersion: "v1" },
  });
  /** Hours are counted from `start`. */
  const write = (...closed: ClosedHour[]) => {
    totals.write(...closed.map((one) => ({ ...one, hour: start + one.hour })));
    const latest = Math.max(...closed.map(({ hour }) => (start + hour + 1) * hourMs));
    clock = Math.max(clock, latest);
  };
  const tell = (...closed: ClosedHour[]) =>
    handle(messagePublished(linesOf(closed), "hours-closed"));
  return {
    write,
    tell,
    handle,
    published,
    logged,
    close: async (...closed: ClosedHour[]) => {
      write(...closed);
      await tell(...closed);
    },
    said: (): Said[] =>
      published.filter(({ topic }) => topic === "anomalies").map(({ line }) => anomaly.parse(line)),
  };
}

const linesOf = (closed: readonly ClosedHour[]): string =>
  closed
    .map(({ stream, hour, revision, events, keys = {} }) =>
      JSON.stringify({
        stream,
        hour: startOf(hour),
        revision,
        keys: Object.keys(keys).length,
        events,
        late: 0,
      }),
    )
    .join("\n");

/** What view anomalies_latest shows of what was said, in short. */
function latest(said: readonly Said[]): string[] {
  const newest = new Map<string, Said>();
  for (const one of said) {
    const key = `${one.stream} ${one.key} ${one.hour}`;
    const other = newest.get(key);
    if (other === undefined || other.revision < one.revision) newest.set(key, one);
  }
  return [...newest.values()]
    .filter(({ state }) => state !== "withdrawn")
    .map(({ stream, key, hour, state, direction, since, actual }) =>
      [stream, key ?? "total", hour, state, direction, since, actual].join(" "),
    )
    .sort();
}

const mentions = (hour: number, events: number, rest: Partial<ClosedHour> = {}): ClosedHour => ({
  stream: "url-mentions",
  hour,
  revision: hour + 1,
  events,
  ...rest,
});

const steady = Array.from({ length: 200 }, (_, hour) => mentions(hour, 100));

describe("an unusual hour", () => {
  test("is told in words, by a row that fits its schema", async () => {
    const bed = openTestBed();
    bed.write(...steady);
    await bed.close(mentions(200, 400));
    expect(bed.published).toEqual([
      {
        topic: "anomalies",
        schema: "anomaly.v1",
        line: {
          stream: "url-mentions",
          hour: "2026-01-13T08:00:00Z",
          revision: 201,
          state: "open",
          incident: "url-mentions/2026-01-13T08:00:00Z",
          since: "2026-01-13T08:00:00Z",
          direction: "peak",
          actual: 400,
          expected: 100,
          usual_low: 62,
          usual_high: 148,
          score: 25.8,
          reason:
            "400 events of url-mentions at 08 UTC; 62 to 148 are usual for a Tuesday at this hour; 4 times the expected",
        },
      },
    ]);
    expect(bed.logged).toEqual([
      { message: "judged hours", hours: 1, old: 0, said: 1, failed: 0 },
      {
        message: "incident",
        stream: "url-mentions",
        direction: "peak",
        hour: "2026-01-13T08:00:00Z",
        incidents: 1,
      },
    ]);
  });

  test("opens an incident that grows and closes", async () => {
    const bed = openTestBed();
    bed.write(...steady);
    for (const [index, events] of [400, 420, 100, 100, 100].entries()) {
      await bed.close(mentions(200 + index, events));
    }
    expect(bed.said().map(({ state, incident }) => `${state} ${incident}`)).toEqual([
      "open url-mentions/2026-01-13T08:00:00Z",
      "update url-mentions/2026-01-13T08:00:00Z",
      "closed url-mentions/2026-01-13T08:00:00Z",
    ]);
  });

  test("is withdrawn when late data shows that it was usual", async () => {
    const bed = openTestBed();
    bed.write(...steady);
    await bed.close(mentions(200, 10));
    await bed.close(mentions(200, 98, { revision: 300 }));
    expect(
      bed.said().map(({ state, direction, revision }) => [state, direction, revision]),
    ).toEqual([
      ["open", "drop", 201],
      ["withdrawn", "drop", 300],
    ]);
    expect(latest(bed.said())).toEqual([]);
  });

  test("is revised when late data makes it more, and so is what follows from it", async () => {
    const bed = openTestBed();
    bed.write(...steady);
    await bed.close(mentions(200, 100));
    await bed.close(mentions(201, 400));
    await bed.close(mentions(200, 500, { revision: 300 }));
    expect(latest(bed.said())).toEqual([
      "url-mentions total 2026-01-13T08:00:00Z open peak 2026-01-13T08:00:00Z 500",
      "url-mentions total 2026-01-13T09:00:00Z update peak 2026-01-13T08:00:00Z 400",
    ]);
  });

  test("is said anew by nothing: not by the same message, and not by the next hour", async () => {
    const bed = openTestBed();
    bed.write(...steady);
    await bed.close(mentions(200, 400));
    const [first] = bed.said();
    await bed.tell(mentions(200, 400));
    expect(bed.said()).toEqual([first, first]);
    await bed.close(mentions(201, 100));
    expect(bed.said()).toHaveLength(2);
  });
});

describe("hours that are missing", () => {
  const others = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) =>
      mentions(from + index, 50, { stream: "log-entries", revision: from + index + 1 }),
    );

  test("are told once other streams have gone on for two hours", async () => {
    const bed = openTestBed();
    bed.write(...steady, ...others(0, 200));
    for (const other of others(200, 204)) await bed.close(other);
    expect(latest(bed.said())).toEqual([
      "url-mentions total 2026-01-13T08:00:00Z open missing 2026-01-13T08:00:00Z 0",
      "url-mentions total 2026-01-13T09:00:00Z update missing 2026-01-13T08:00:00Z 0",
    ]);
    expect(bed.said()[0]?.reason).toBe(
      "no events of url-mentions at 08 UTC; 62 to 148 are usual for a Tuesday at this hour; other hours have come since",
    );
  });

  test("are taken back when they come", async () => {
    const bed = openTestBed();
    bed.write(...steady, ...others(0, 200));
    for (const other of others(200, 204)) await bed.close(other);
    await bed.close(...[200, 201, 202, 203].map((hour) => mentions(hour, 100, { revision: 500 })));
    expect(latest(bed.said())).toEqual([]);
  });

  test("are nobody's fault but ours when nothing is closed at all", async () => {
    const bed = openTestBed();
    bed.write(...steady, ...others(0, 200));
    await bed.tell(mentions(199, 100));
    expect(bed.said()).toEqual([]);
  });
});

describe("keys", () => {
  const withKeys = (hour: number, keys: Record<string, number>, rest: Partial<ClosedHour> = {}) =>
    mentions(hour, 1_000, { keys, ...rest });
  const usual = Array.from({ length: 200 }, (_, hour) =>
    withKeys(hour, { "a.example/": 80, "b.example/": 30 }),
  );

  test("are told when they are unusual, though the stream is not", async () => {
    const bed = openTestBed();
    bed.write(...usual);
    await bed.close(withKeys(200, { "a.example/": 400, "b.example/": 30 }));
    expect(bed.said()).toMatchObject([
      {
        key: "a.example/",
        state: "open",
        direction: "peak",
        reason:
          "400 mentions of a.example/ at 08 UTC; 46 to 123 are usual for a Tuesday at this hour; 5 times the expected",
      },
    ]);
    expect(bed.said()[0]?.incident).toMatch(/^url-mentions\/2026-01-13T08:00:00Z\/[0-9a-f]{16}$/);
    // Only the totals raise alarms.
    expect(bed.logged).toHaveLength(1);
  });

  test("are told when they are gone", async () => {
    const bed = openTestBed();
    bed.write(...usual);
    await bed.close(withKeys(200, { "b.example/": 30 }));
    expect(latest(bed.said())).toEqual([
      "url-mentions a.example/ 2026-01-13T08:00:00Z open drop 2026-01-13T08:00:00Z 0",
    ]);
  });

  test("that nobody has heard of yesterday are news, and no anomaly", async () => {
    const bed = openTestBed();
    bed.write(...usual);
    await bed.close(withKeys(200, { "a.example/": 80, "new.example/": 5_000 }));
    expect(bed.said().filter(({ key }) => key === "new.example/")).toEqual([]);
  });
});

describe("what cannot be judged", () => {
  test("hours of long ago are left alone", async () => {
    const bed = openTestBed();
    bed.write(...steady, mentions(200 + 28 * 24, 100));
    await bed.tell(mentions(150, 9_999));
    expect(bed.said()).toEqual([]);
    expect(bed.logged).toEqual([{ message: "judged hours", hours: 1, old: 1, said: 0, failed: 0 }]);
  });

  test("a record that is no closed hour is a failed event, and its neighbours are judged", async () => {
    const bed = openTestBed();
    bed.write(...steady, mentions(200, 400));
    const lines = ["{}", linesOf([mentions(200, 400, { stream: "nothing" })]), "no json"];
    await bed.handle(
      messagePublished([...lines, linesOf([mentions(200, 400)])].join("\n"), "hours-closed"),
    );
    const failed = bed.published.filter(({ topic }) => topic === "failed-events");
    expect(failed.map(({ line }) => line)).toMatchObject([
      { reason: "invalid-field" },
      { reason: "invalid-field", issues: [{ path: "records[1].stream" }] },
      { reason: "malformed-json" },
    ]);
    expect(bed.said()).toHaveLength(1);
  });

  test("is not acknowledged when what is said is not safe, or nothing can be read", async () => {
    const unavailable = () => Promise.reject(new Error("unavailable"));
    const totals = createMemoryTotals(["url-mentions"]);
    const rest = {
      streams: [urlMentions],
      now: () => (start + 201) * hourMs,
      log: { info: () => undefined },
      config: { functionVersion: "v1" },
    };
    const message = messagePublished(linesOf([mentions(200, 400)]), "hours-closed");
    const find = { closings: unavailable, keys: unavailable };
    await expect(
      createHandler({ ...rest, find, publish: async () => undefined })(message),
    ).rejects.toThrow("unavailable");
    await expect(
      createHandler({ ...rest, find: totals.find, publish: unavailable })(message),
    ).rejects.toThrow("unavailable");
    const publish = async (topic: string) =>
      topic === "failed-events" ? unavailable() : undefined;
    await expect(
      createHandler({ ...rest, find: totals.find, publish })(
        messagePublished("{}", "hours-closed"),
      ),
    ).rejects.toThrow("unavailable");
  });
});

/** Hours that are closed once, or a second and third time because something has come late. */
function inventClosings(random: Random): ClosedHour[][] {
  const poisson = createPoisson(random.below(1e9));
  const runs = new Map<number, ClosedHour[]>();
  const add = (one: ClosedHour) => runs.set(one.revision, [...(runs.get(one.revision) ?? []), one]);
  // Each stream is judged by itself: two of them show what more would.
  for (const { name } of streams.slice(0, 2)) {
    for (let hour = 0; hour < 260; hour++) {
      if (random.chance(0.02)) continue;
      const level = random.chance(0.03) ? 300 : 60;
      const a = poisson(level);
      const closed = { stream: name, hour, revision: 10 * (hour + 1) };
      // The totals of early closings lack what comes later.
      const closings = hour > 190 && random.chance(0.3) ? 1 + random.below(2) : 0;
      for (let early = 0; early < closings; early++) {
        const revision = closed.revision + 10 * early;
        const share = random.fraction();
        const events = Math.floor((a + 20) * share);
        add({ ...closed, revision, events, keys: { a: Math.floor(a * share) } });
      }
      const revision = closed.revision + 10 * (closings === 0 ? 0 : closings + random.below(40));
      add({ ...closed, revision, events: a + 20, keys: { a, b: 20 } });
    }
  }
  return [...runs].sort(([a], [b]) => a - b).map(([, run]) => run);
}

/** The same hours with what is known in the end, closed once each. */
const settled = (runs: readonly ClosedHour[][]): ClosedHour[] => {
  const last = new Map(runs.flat().map((one) => [`${one.stream} ${one.hour}`, one]));
  return [...last.values()];
};

test.each([1, 2])(
  "whatever comes late, twice or in another order, the same is said in the end: seed %d",
  async (seed) => {
    const random = createRandom(seed);
    const runs = inventClosings(random);
    const inOrder = openTestBed();
    for (const run of runs) await inOrder.close(...run);

    const storm = openTestBed();
    const waiting: ClosedHour[][] = [];
    const deliverSome = async (least: number) => {
      while (waiting.length > least) {
        const [message] = waiting.splice(random.below(waiting.length), 1);
        await storm.tell(...(message ?? []));
        if (random.chance(0.2)) await storm.tell(...(message ?? []));
      }
    };
    for (const run of runs) {
      storm.write(...run);
      // A run is told in several messages.
      const cut = random.below(run.length + 1);
      waiting.push(...[run.slice(0, cut), run.slice(cut)].filter((part) => part.length > 0));
      await deliverSome(8);
    }
    await deliverSome(0);
    expect(latest(storm.said())).toEqual(latest(inOrder.said()));

    // And it is what one closing says that has known everything.
    const once = openTestBed();
    const all = settled(runs).map((one) => ({
      ...one,
      revision: 1,
      watermark: (start + 261) * hourMs,
    }));
    once.write(...all);
    await once.tell(...all);
    const open = latest(once.said()).filter((one) => one.includes("T") && !one.includes("missing"));
    expect(open.length).toBeGreaterThan(5);
    expect(latest(storm.said()).filter((one) => !one.includes("missing"))).toEqual(open);
  },
);
