import normalizeUrlPackage from "normalize-url";
import { normalizeUrl } from "../../shared/links/normalize-url.ts";
import { hasSharedData, sharedLines } from "../support/shared-data.ts";
import { threadCpuMs } from "../support/thread-cpu-ms.ts";
import { held, type Measurement, told } from "./measurement.ts";

/**
 * Measures `normalizeUrl` beside bare `new URL(u).href` and the `normalize-url` package with its
 * defaults, interleaved in one process, so that the ratios hold on any machine; and its growth
 * with the length of the input. Empty when the shared URL lists are absent.
 */
export async function benchUrls(): Promise<Measurement[]> {
  if (!hasSharedData) return [];
  const urls = readUrls();
  const times = compareOnUrls(urls);
  return [
    told("normalizeUrl, CPU a URL", times.ours / urls.length / 1000, "µs"),
    held("normalizeUrl, time over bare new URL(u).href", times.ours / times.bare),
    held("normalizeUrl, speed-up over normalize-url 10", times.theirs / times.ours),
    ...measureGrowth(),
    ...measureHostile(),
  ];
}

/** Nanoseconds for the whole list, the best of several interleaved rounds. */
function compareOnUrls(urls: readonly string[]): { bare: number; ours: number; theirs: number } {
  const best = { bare: Infinity, ours: Infinity, theirs: Infinity };
  for (let round = 0; round < 5; round++) {
    best.bare = Math.min(best.bare, cpuTime(urls, bareUrl));
    best.ours = Math.min(
      best.ours,
      cpuTime(urls, (url) => "ignored" in normalizeUrl(url)),
    );
    if (round < 3) best.theirs = Math.min(best.theirs, cpuTime(urls, packageUrl));
  }
  return best;
}

/** The time for twice the length, over the time for the length, up to 64 kB: 2 is linear. */
function measureGrowth(): Measurement[] {
  return Object.entries(growing).map(([name, make]) => {
    let worst = 0;
    for (const length of [8192, 16_384, 32_768]) {
      const times = Math.ceil(262_144 / length);
      const short = repeated(make(length), times);
      const long = repeated(make(length * 2), times);
      let [shortTime, longTime] = [Infinity, Infinity];
      for (let round = 0; round < 15; round++) {
        shortTime = Math.min(shortTime, time(short, normalizeUrl));
        longTime = Math.min(longTime, time(long, normalizeUrl));
      }
      worst = Math.max(worst, longTime / shortTime);
    }
    return held("normalizeUrl, time for twice the input", worst, { of: name });
  });
}

/** The slowest of several hostile inputs of 1 MB. */
function measureHostile(): Measurement[] {
  const slowest = Object.values(hostile).map((make) => {
    const input = make(1 << 20);
    let best = Infinity;
    for (let round = 0; round < 7; round++) best = Math.min(best, time([input], normalizeUrl));
    return best / 1e6;
  });
  return [held("normalizeUrl, 1 MB of hostile input", Math.max(...slowest))];
}

type MakeInput = (length: number) => string;

const growing: Record<string, MakeInput> = {
  path: (length) => `https://example.com/${"a/".repeat(length / 2)}`,
  query: (length) => `https://example.com/?${"utm_a=1&b=2&".repeat(length / 12)}`,
  escapes: (length) => `https://example.com/${"%61%2f".repeat(length / 6)}`,
  slashes: (length) => `http://example.com${"/".repeat(length)}`,
};

const hostile: Record<string, MakeInput> = {
  ...growing,
  "non-ASCII path": (length) => `https://example.com/${"日".repeat(length)}`,
  "dot segments": (length) => `https://example.com/${"../a/".repeat(length / 5)}`,
  "at signs": (length) => `https://${"@".repeat(length)}example.com`,
  labels: (length) => `https://${"a.".repeat(length / 2)}com`,
  schemes: (length) => "http://".repeat(length / 7),
  ampersands: (length) => `https://example.com/?${"&amp;".repeat(length / 5)}`,
  "nested ampersands": (length) => `https://example.com/?&${"amp;".repeat(length / 4)}`,
  quotes: (length) => `"`.repeat(length),
  spaces: (length) => `${" ".repeat(length / 2)}example.com${" ".repeat(length / 2)}`,
  wrappers: (length) =>
    `https://google.com/url?q=${"https://google.com/url?q=".repeat(length / 25)}`,
  percent: (length) => `https://example.com/${"%".repeat(length)}`,
};

function readUrls(): string[] {
  const counted = sharedLines("urls/tweeted-61k.tsv.gz");
  return [
    ...sharedLines("urls/kasztp-48k.txt.gz"),
    ...counted.map((line) => line.slice(line.indexOf("\t") + 1)),
  ];
}

function bareUrl(url: string): string {
  try {
    return new URL(url).href;
  } catch {
    return "";
  }
}

function packageUrl(url: string): string {
  try {
    return normalizeUrlPackage(url);
  } catch {
    return "";
  }
}

const repeated = (input: string, times: number): string[] => Array(times).fill(input);

type Run = (input: string) => unknown;

/** Nanoseconds of CPU that `run` takes over a long list: what else runs does not count. */
function cpuTime(inputs: readonly string[], run: Run): number {
  const ms = threadCpuMs(() => {
    for (const input of inputs) run(input);
  });
  return ms * 1e6;
}

/** Nanoseconds by the clock, for what is too short for the CPU's accounting. */
function time(inputs: readonly string[], run: Run): number {
  const start = process.hrtime.bigint();
  for (const input of inputs) run(input);
  return Number(process.hrtime.bigint() - start);
}
