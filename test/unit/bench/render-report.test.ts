import { expect, test } from "vitest";
import { type BenchReport, judge } from "../../bench/bench-report.ts";
import { held, told } from "../../bench/measurement.ts";
import { renderReport } from "../../bench/render-report.ts";
import { renderTable } from "../../bench/render-table.ts";

const growth = (tweets: number, value: number) =>
  judge(told("CPU a tweet", value, "µs", { of: "all", at: { axis: "tweets", value: tweets } }));

const report: BenchReport = {
  measuredAt: "2026-11-28T12:34:56.000Z",
  machine: { cores: 2, model: "<Fast & old>", node: "v24.0.0" },
  quick: false,
  isWhole: true,
  runs: [
    {
      name: "cold-start",
      seconds: 12.3,
      figures: [
        judge(held("cold start", [175, 175, 175], { of: "append-rows" })),
        judge(held("cold start", [700, 700, 700], { of: "load-object" })),
      ],
    },
    { name: "growth", seconds: 3, figures: [growth(1_000, 200), growth(10_000, 100)] },
    {
      name: "pipelines",
      seconds: 3,
      figures: [
        judge(told("tweets per second of CPU", 50, "/s", { of: "naive" })),
        judge(told("tweets per second of CPU", 100, "/s", { of: "ours" })),
      ],
    },
    { name: "closing", seconds: 1, figures: [], failure: "no <disk>" },
    { name: "peers", seconds: 0, figures: [] },
  ],
};

test("the page has all in it, asks no network, and shows names as text", () => {
  const page = renderReport(report);
  expect(page).toContain("2026-11-28 12:34 UTC");
  expect(page).toContain("&lt;Fast &amp; old&gt;");
  expect(page).toContain("Failed: no &lt;disk&gt;");
  expect(page).not.toMatch(/https?:|src=|@import|<script|NaN|undefined/);
  expect(page).toMatch(/<b>1<\/b> of 2 targets hold, <b class="miss">1<\/b> do not/);
});

test("twice as good as the target is as far to the right as half as good is to the left", () => {
  const page = renderReport(report);
  const bound = Number(/class="bound" x1="([\d.]+)"/.exec(page)?.[1]);
  const good = Number(/<circle class="good" cx="([\d.]+)"/.exec(page)?.[1]);
  const bad = Number(/<circle class="bad" cx="([\d.]+)"/.exec(page)?.[1]);
  expect(good).toBeGreaterThan(bound);
  expect(good - bound).toBeCloseTo(bound - bad, 0);
});

test("figures along an axis are a curve from zero up, several of a kind bars, longest first", () => {
  const page = renderReport(report);
  expect(page).toContain("CPU a tweet, by tweets");
  expect(page).toMatch(/class="curve s1" d="M30,\d+L700,\d+"/);
  expect(page.indexOf(">ours<")).toBeLessThan(page.indexOf(">naive<"));
  const bars = [...page.matchAll(/<rect class="bar"[^>]* width="(\d+)"/g)].map(
    ([, width]) => width,
  );
  expect(bars).toEqual(["390", "195"]);
});

test("the table tells median, spread, target and verdict, and what was not measured", () => {
  const table = renderTable(report);
  expect(table).toMatch(/cold start: append-rows +│ +175 ms +│ +0\.0 % +│ +≤ 350 ms +│ holds/);
  expect(table).toMatch(/cold start: load-object .*DOES NOT HOLD/);
  expect(table).toContain("FAILED, closing: no <disk>");
  expect(table).toContain("Skipped, peers: what it needs is not on this machine.");
  expect(table).toContain("1 of 2 targets hold.");
  expect(table).toContain("Not measured in this run:\n  normalizeUrl, time over bare");
});
