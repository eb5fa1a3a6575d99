import { readFileSync } from "node:fs";
import * as z from "zod";
import { sharedDataPath, sharedJson } from "./shared-data.ts";

/** A series of the Numenta Anomaly Benchmark by the hour. Windows and warm-up are indexes of `counts`. */
export type NabSeries = {
  name: string;
  counts: number[];
  /** The first hour that is judged. */
  from: number;
  /** Labelled windows, first and last hour. */
  windows: [number, number][];
};

const hourMs = 3_600_000;
/** Rows of five minutes that are a detector's to learn from, as the benchmark has it. */
const warmUpRows = 750;

const labelFile = z.record(
  z.string(),
  z.object({ windows: z.array(z.tuple([z.string(), z.string()])) }),
);

/** Hourly sums of the tweet volumes, without the hours at both ends that are not whole. */
export function readNabSeries(): NabSeries[] {
  const labels = labelFile.parse(sharedJson("nab/labels.json"));
  return Object.entries(labels).map(([name, { windows }]) => {
    const rows = readRows(name);
    const times = rows.map(([time]) => time);
    const first = Math.ceil((times[0] ?? 0) / hourMs);
    const counts: number[] = Array.from(
      { length: Math.floor((times.at(-1) ?? 0) / hourMs) - first },
      () => 0,
    );
    for (const [time, value] of rows) {
      const at = Math.floor(time / hourMs) - first;
      if (at >= 0 && at < counts.length) counts[at] = (counts[at] ?? 0) + value;
    }
    const indexOf = (time: string) => Math.floor(parseTime(time) / hourMs) - first;
    return {
      name,
      counts,
      from: Math.ceil((times[warmUpRows] ?? 0) / hourMs) - first,
      windows: windows.map(([from, to]) => [indexOf(from), indexOf(to)]),
    };
  });
}

const parseTime = (text: string): number => Date.parse(`${text.slice(0, 19).replace(" ", "T")}Z`);

const readRows = (name: string): [number, number][] =>
  readFileSync(sharedDataPath(`nab/Twitter_volume_${name}.csv`), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => {
      const [time = "", value = ""] = line.split(",");
      return [parseTime(time), Number(value)];
    });

/** Scores the hour after a history; undefined where it says nothing. */
export type Scorer = (history: readonly number[], actual: number) => number | undefined;

/** The most that any detector here looks back on. */
const historyHours = 28 * 24;

/** Size of the score of each hour that is judged, and the labelled window that the hour is in. */
export function scoreNabSeries(series: readonly NabSeries[], score: Scorer) {
  return series.flatMap(({ name, counts, from, windows }) =>
    counts.slice(from).map((count, index) => {
      const at = from + index;
      const history = counts.slice(Math.max(0, at - historyHours), at);
      const window = windows.findIndex(([first, last]) => at >= first && at <= last);
      return {
        size: Math.abs(score(history, count) ?? 0),
        window: window === -1 ? undefined : `${name} ${window}`,
      };
    }),
  );
}

/** Windows with an alarm in them, and hours with a false one per week and series. */
export function countAlarms(hours: ReturnType<typeof scoreNabSeries>, threshold: number) {
  const alarms = hours.filter(({ size }) => size >= threshold);
  const found = new Set(alarms.flatMap(({ window }) => window ?? []));
  const wrong = alarms.filter(({ window }) => window === undefined);
  return { found: found.size, falseHours: wrong.length / (hours.length / 168) };
}
