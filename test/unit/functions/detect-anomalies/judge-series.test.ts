import { expect, test } from "vitest";
import {
  judgeSeries,
  type Series,
  type SeriesHour,
} from "../../../../functions/detect-anomalies/judge-series.ts";

const start = 490_000;
const sensitivity = 5.5;
const steadyHours = 200;

type Hour = number | "missing" | "awaited";

/** 200 hours with 100 events each, and then what is given. */
function seriesOf(hours: readonly Hour[], rest: Partial<SeriesHour> = {}): Series {
  const steady = Array.from({ length: steadyHours }, (): Hour => 100);
  return {
    from: start,
    hours: [...steady, ...hours].map((one) => ({
      state: typeof one === "number" ? "closed" : one,
      count: typeof one === "number" ? one : 0,
      isJudged: true,
      ...rest,
    })),
  };
}

/** What is said, in short, by hours after the steady ones: `1 open peak since 1`. */
const judged = (series: Series, from = 0): string[] =>
  judgeSeries(series, start + steadyHours + from, sensitivity).map(
    ({ hour, state, direction, since }) =>
      `${hour - start - steadyHours} ${state} ${direction} since ${since - start - steadyHours}`,
  );

test("nothing is said of usual hours", () => {
  expect(judged(seriesOf([100, 95, 108, 100]))).toEqual([]);
});

test("a peak opens an incident, which two usual hours close", () => {
  expect(judged(seriesOf([100, 400, 100, 100, 100, 100]))).toEqual([
    "1 open peak since 1",
    "3 closed peak since 1",
  ]);
});

test("an incident grows, also after one usual hour", () => {
  expect(judged(seriesOf([400, 420, 100, 390, 100, 100]))).toEqual([
    "0 open peak since 0",
    "1 update peak since 0",
    "3 update peak since 0",
    "5 closed peak since 0",
  ]);
});

test("another incident may follow", () => {
  expect(judged(seriesOf([400, 100, 100, 10, 100, 100]))).toEqual([
    "0 open peak since 0",
    "2 closed peak since 0",
    "3 open drop since 3",
    "5 closed drop since 3",
  ]);
});

test("a missing hour is told apart from a drop, and stays missing until something comes", () => {
  const gone = Array.from({ length: 30 }, (): Hour => "missing");
  const said = judged(seriesOf([...gone, 100, 100, 100]));
  expect(said.slice(0, 2)).toEqual(["0 open missing since 0", "1 update missing since 0"]);
  expect(said.filter((one) => one.includes("closed"))).toEqual([]);
  expect(said[29]).toBe("29 update missing since 0");
});

test("nothing is said of an hour that is awaited, nor does it close anything", () => {
  expect(judged(seriesOf([400, "awaited", 100, "awaited", 100]))).toEqual([
    "0 open peak since 0",
    "4 closed peak since 0",
  ]);
});

test("wherever one begins to look, the same is said of the same hours", () => {
  const series = seriesOf([100, 400, 400, 100, 400, 100, 100, 20, 100, 100, 400]);
  const all = judged(series);
  expect(all).toHaveLength(7);
  for (let from = 1; from < 11; from++) {
    expect(judged(series, from)).toEqual(all.filter((one) => Number.parseInt(one, 10) >= from));
  }
});

test("nothing is said of hours that are not to be judged", () => {
  expect(judged(seriesOf([400, 400], { isJudged: false }))).toEqual([]);
});

test("what is looked back on begins with the first event", () => {
  const late: Series = seriesOf([400]);
  const hours = late.hours.map((one, at) => (at < 160 ? { ...one, count: 0 } : one));
  // 40 hours with events are too few, although there are 200 hours.
  expect(judged({ ...late, hours })).toEqual([]);
});

test("a finding tells how much there was, and how much was expected", () => {
  const [finding] = judgeSeries(seriesOf([400]), start + steadyHours, sensitivity);
  expect(finding).toMatchObject({ hour: start + steadyHours, actual: 400 });
  expect(finding?.expected).toBeCloseTo(100, 6);
  expect(finding?.score).toBeGreaterThan(10);
});
