import { expect, test } from "vitest";
import { drawFlames } from "../../bench/draw-flames.ts";
import { heaviest, readTree } from "../../bench/profile-tree.ts";

const node = (
  id: number,
  functionName: string,
  children: number[] = [],
  url = "file:///a/b.js",
) => ({
  id,
  callFrame: { functionName, url, lineNumber: 1 },
  children,
});

/** handle calls parse twice from two places of it, and a package; 20 µs of 100 are waiting. */
const root = readTree({
  nodes: [
    node(1, "(root)", [2, 6], ""),
    node(2, "handle", [3, 4, 5]),
    node(3, "parse"),
    node(4, "parse"),
    node(5, "safe<Parse>", [], "file:///x/node_modules/zod/v4/core.js"),
    node(6, "(idle)", [], ""),
  ],
  samples: [2, 3, 4, 5, 6],
  timeDeltas: [10, 20, 20, 30, 20],
});

test("a tree holds what each takes, with and without what it calls, and no waiting", () => {
  expect(root.total).toBe(80);
  expect(root.callees).toHaveLength(1);
  const [handle] = root.callees;
  expect(handle).toMatchObject({ name: "handle", file: "b.js", self: 10, total: 80 });
  expect(handle?.callees.map(({ name, file, total }) => [name, file, total])).toEqual([
    ["parse", "b.js", 40],
    ["safe<Parse>", "zod", 30],
  ]);
});

test("the heaviest come first, each with its share of all", () => {
  expect(heaviest(root, 2)).toEqual([
    { place: "parse (b.js)", share: 0.5 },
    { place: "safe<Parse> (zod)", share: 0.375 },
  ]);
});

test("a flame graph is as wide as all, each frame as its share, and names are text", () => {
  const svg = drawFlames(root, "handle <it>");
  expect(svg).toContain("handle &lt;it&gt;");
  expect(svg).toContain("<title>safe&lt;Parse&gt; (zod): 37.5 %</title>");
  const widths = [...svg.matchAll(/<rect x="[\d.]+" y="\d+" width="([\d.]+)"/g)].map(
    ([, one]) => one,
  );
  expect(widths).toEqual(["1599.5", "1599.5", "799.5", "599.5"]);
});
