import { cp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CopiedTree, copyTree } from "../support/copy-tree.ts";

let tree: CopiedTree;
beforeAll(async () => {
  tree = await copyTree();
  // What is built there is not what these checks are about; the last test builds.
  await edit("vitest.config.ts", (text) => text.replace(/^ +globalSetup: .*\n/m, ""));
});
afterAll(() => tree.remove());

const edit = async (path: string, change: (text: string) => string) => {
  const file = join(tree.folder, path);
  const before = await readFile(file, "utf8");
  const after = change(before);
  expect(after, `${path} is as it was`).not.toBe(before);
  await writeFile(file, after);
};
const read = (path: string) => readFile(join(tree.folder, path), "utf8");
/** What every function and everything generated has to pass. */
const tests = [
  "run",
  "--reporter=dot",
  "test/unit/architecture.test.ts",
  "test/unit/terraform/generate.test.ts",
];

test("a new function passes every check as it is made", { timeout: 900_000 }, async () => {
  const args = ["terraform/new-function.ts", "normalize-doors", "--topic", "doors"];
  expect(await tree.run("node", ...args)).toContain("functions/normalize-doors/function.json\n");
  const checked = ["functions/normalize-doors", "test/unit/functions/normalize-doors", "terraform"];
  await tree.run("biome", "ci", ...checked);
  await tree.run("vitest", ...tests, "test/unit/functions/normalize-doors");
  await expect(tree.run("node", ...args)).rejects.toThrow("failed");
});

test("a new stream is its declaration, one line, and who publishes it", {
  timeout: 900_000,
}, async () => {
  await writeFile(
    join(tree.folder, "shared/streams/door-openings.ts"),
    `import * as z from "zod";
import { key, measure, member } from "./field-roles.ts";
import { declareStream } from "./stream.ts";

/** Openings of doors, with the people that went through. */
export const doorOpenings = declareStream({
  name: "door-openings",
  counts: "door",
  description: "Openings of doors, with the people that went through",
  epoch: "2020-01-01T00:00:00Z",
  fields: {
    door: key(z.string().min(1).max(64), "Name of the door"),
    side: member(z.enum(["in", "out"]), "Which way they went"),
    people: measure(z.int(), "How many went through"),
  },
  measures: {
    openings: { counts: "events", description: "Openings" },
    people: { counts: "sum", of: "people", description: "People, both ways" },
    entries: {
      counts: "sum",
      of: "people",
      where: { field: "side", is: "in" },
      description: "People who came in",
    },
  },
});
`,
  );
  await edit("shared/streams/streams.ts", (text) =>
    text
      .replace("import", 'import { doorOpenings } from "./door-openings.ts";\nimport')
      .replace(/= \[(.*?),?\s*\];/s, "= [$1, doorOpenings];"),
  );
  const why = "each opening of a door";
  await edit("functions/normalize-doors/function.json", (text) =>
    text.replace('"publishes": {', `"publishes": {\n    "door-openings": "${why}",`),
  );
  await edit("functions/normalize-doors/README.md", (text) =>
    text.replace("| `failed-events` |", `| \`door-openings\` | ${why} |\n| \`failed-events\` |`),
  );
  await edit("functions/normalize-doors/handler.ts", (text) =>
    text.replace(
      'await publish("failed-events"',
      'await publish("door-openings", "door-openings.v1", []);\n    await publish("failed-events"',
    ),
  );
  await tree.run("node", "terraform/generate.ts");
  await tree.run("tsc");
  await tree.run("vitest", ...tests);

  // What is there is built anew, because its sources have changed; and not again, because they have not.
  // Two functions show it as well as all.
  const built = ["bucket-hours", "normalize-doors"];
  for (const name of await readdir(join(tree.folder, "functions"))) {
    if (!built.includes(name)) await rm(join(tree.folder, "functions", name), { recursive: true });
  }
  await cp(join(import.meta.dirname, "../../dist"), join(tree.folder, "dist"), { recursive: true });
  const ensureBuilt = 'await (await import("./terraform/ensure-built.ts")).ensureBuilt()';
  const build = () => tree.run("node", "--input-type=module", "-e", ensureBuilt);
  await build();
  const bundle = (name: string) => join(tree.folder, "dist", name, "index.cjs");
  expect(await readFile(bundle("normalize-doors"), "utf8")).toContain("door-openings.v1");
  expect(await readFile(bundle("bucket-hours"), "utf8")).toContain("door-openings");
  expect((await readdir(join(tree.folder, "dist"))).toSorted()).toEqual([".built-of", ...built]);
  const { mtimeMs } = await stat(bundle("normalize-doors"));
  await build();
  expect((await stat(bundle("normalize-doors"))).mtimeMs).toBe(mtimeMs);

  const view = await read("terraform/views/door_hours.sql");
  expect(view).toContain("GROUP BY event.hour, event.door");
  expect(view).toMatch(/ AS openings,?\n.* AS people,?\n.* AS entries/s);
  expect(JSON.parse(await read("terraform/schemas/door_hour_increments.json"))).toMatchObject({
    clusteredBy: ["hour", "door"],
  });
  const manifests = await Promise.all(
    ["bucket-hours", "append-rows", "redrive-failures"].map((name) =>
      read(`terraform/manifests/${name}.json`),
    ),
  );
  const [bucketer, appender, redriver] = manifests.map((text): unknown => JSON.parse(text));
  expect(bucketer).toMatchObject({
    trigger: { topics: expect.arrayContaining(["door-openings"]) },
    publishes: { "append-door-hours": expect.any(String) },
  });
  expect(appender).toMatchObject({
    trigger: { topics: expect.arrayContaining(["append-door-hours"]) },
    tables: { door_hour_increments: expect.any(String) },
  });
  expect(redriver).toMatchObject({
    publishes: { doors: expect.any(String), "door-openings": expect.any(String) },
  });
});
