import * as z from "zod";

/** What V8 writes with `--cpu-prof`: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
export const cpuProfile = z.object({
  nodes: z.array(
    z.object({
      id: z.int(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.int() }),
      children: z.array(z.int()).default([]),
    }),
  ),
  samples: z.array(z.int()),
  timeDeltas: z.array(z.number()),
});

type CpuProfile = z.infer<typeof cpuProfile>;

/** A function as it was called from its parent, with µs of CPU: its own, and with all that it called. */
export type Frame = { name: string; file: string; self: number; total: number; callees: Frame[] };

/** Where the process waited, and the root that V8 adds. */
const notWork = new Set(["(idle)", "(root)"]);

/** The calls of a profile as a tree; the same function called from the same place stands there once. */
export function readTree(profile: CpuProfile): Frame {
  const times = new Map<number, number>();
  for (const [index, id] of profile.samples.entries()) {
    times.set(id, (times.get(id) ?? 0) + Math.max(0, profile.timeDeltas[index] ?? 0));
  }
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const root: Frame = { name: "all", file: "", self: 0, total: 0, callees: [] };
  const add = (id: number, caller: Frame): number => {
    const node = nodes.get(id);
    if (node === undefined || node.callFrame.functionName === "(idle)") return 0;
    const frame = notWork.has(node.callFrame.functionName)
      ? caller
      : calleeOf(caller, node.callFrame);
    const own = times.get(id) ?? 0;
    let total = own;
    frame.self += own;
    for (const child of node.children) total += add(child, frame);
    if (frame !== caller) frame.total += total;
    return total;
  };
  const [first] = profile.nodes;
  root.total = first === undefined ? 0 : add(first.id, root);
  return root;
}

type CallFrame = CpuProfile["nodes"][number]["callFrame"];

function calleeOf(caller: Frame, { functionName, url }: CallFrame): Frame {
  const name = functionName || "(anonymous)";
  const file = shortened(url);
  const known = caller.callees.find((one) => one.name === name && one.file === file);
  if (known !== undefined) return known;
  const frame: Frame = { name, file, self: 0, total: 0, callees: [] };
  caller.callees.push(frame);
  return frame;
}

/** A package for what is one's, else the file. */
function shortened(url: string): string {
  const inPackage = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url);
  return inPackage?.[1] ?? url.replace(/^.*\//, "");
}

/** What takes most time by itself, wherever it is called from, largest first. */
export function heaviest(root: Frame, count: number): { place: string; share: number }[] {
  const selves = new Map<string, number>();
  const visit = ({ name, file, self, callees }: Frame) => {
    const place = file === "" ? name : `${name} (${file})`;
    selves.set(place, (selves.get(place) ?? 0) + self);
    for (const one of callees) visit(one);
  };
  for (const one of root.callees) visit(one);
  return [...selves]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([place, self]) => ({ place, share: self / root.total }));
}
