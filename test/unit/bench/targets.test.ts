import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeTarget, margin, targets } from "../../bench/targets.ts";

const folder = join(import.meta.dirname, "../../bench");
const sources = readdirSync(folder)
  .filter((name) => name.startsWith("bench-"))
  .map((name) => readFileSync(join(folder, name), "utf8"))
  .join("\n")
  .replaceAll(/held\(\s+/g, "held(");

test.each(Object.keys(targets))("a bench measures: %s", (figure) =>
  expect(sources.includes(`held(${JSON.stringify(figure)}`)).toBe(true),
);

test("the margin is how often a target is met, whichever way it goes", () => {
  expect(margin({ atLeast: 100, unit: "/s" }, 250)).toBe(2.5);
  expect(margin({ atMost: 100, unit: "ms" }, 250)).toBe(0.4);
});

test("a target is written as people write bounds", () => {
  expect(describeTarget({ atLeast: 5_000, unit: "tweets/s" })).toBe("≥ 5,000 tweets/s");
  expect(describeTarget({ atMost: 0.9, unit: "h a week" })).toBe("≤ 0.9 h a week");
});
