import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { triggersOf } from "../../shared/manifest/function-manifest.ts";
import { readDeclaredManifests, readManifests } from "../../terraform/read-manifests.ts";

const root = resolve(import.meta.dirname, "../..");
const declared = await readDeclaredManifests();
const manifests = await readManifests();

const handlerModule = z.object({
  createHandler: z.custom<(dependencies: object) => unknown>((one) => typeof one === "function"),
});

const sourceFiles = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(folder, file));

/** What a file imports or re-exports, as written. */
function importsOf(file: string): string[] {
  const source = readFileSync(join(root, file), "utf8");
  return [...source.matchAll(/(?:\bfrom\s+|\bimport\s*\(?\s*)"([^"]+)"/g)].map(
    (match) => match[1] ?? "",
  );
}

/** What a file imports or re-exports when it runs: `import type` is erased. */
function valueImportsOf(file: string): string[] {
  const source = readFileSync(join(root, file), "utf8");
  const statements = source.matchAll(/^(?:import|export) (?!type )(?:[^;"]* from )?"([^"]+)"/gm);
  return Array.from(statements, (match) => match[1] ?? "");
}

/** The file and all files that it runs, directly or not. */
function reachedFrom(file: string, reached = new Set<string>()): Set<string> {
  reached.add(file);
  for (const specifier of valueImportsOf(file)) {
    const next = join(file, "..", specifier);
    if (specifier.startsWith(".") && !reached.has(next)) reachedFrom(next, reached);
  }
  return reached;
}

/** Whether an import as written in `file` leads to a path below one of `folders`. */
function leadsTo(file: string, specifier: string, folders: string[]): boolean {
  const target = relative(root, resolve(root, file, "..", specifier));
  return folders.some((folder) => target.startsWith(`${folder}/`));
}

describe("imports", () => {
  test.each(manifests)("$name imports only its own folder, shared/ and packages", ({ name }) => {
    const own = `functions/${name}`;
    const files = sourceFiles(own);
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      for (const specifier of importsOf(file).filter((one) => one.startsWith("."))) {
        expect(leadsTo(file, specifier, [own, "shared"]), `${file} imports ${specifier}`).toBe(
          true,
        );
      }
    }
  });

  // Of Node's own modules only what is computed: no file, no socket, no clock.
  const pure = ["zod", "node:buffer", "node:crypto", "node:events", "node:zlib"];
  // The process that a function runs in: who stands before its handler has to know its server.
  const ofProcess = ["node:diagnostics_channel", "node:domain", "node:http", "node:v8", "node:vm"];
  // Lists of addresses are computed, and types are erased: nothing of it opens a socket.
  const ofAddresses =
    /^import (?:type \{ LookupFunction \}|\{ BlockList, isIPv4 \}) from "node:net";$/gm;
  // The list of public suffixes is data, and looking into it computes.
  const ofLinks = ["tldts"];
  test(`shared/ imports nothing but ${pure.join(", ")} and itself`, () => {
    for (const file of sourceFiles("shared")) {
      const computed = readFileSync(join(root, file), "utf8").match(ofAddresses) ?? [];
      const asked = importsOf(file).filter((specifier) => specifier === "node:net");
      const named = asked.length === computed.length ? ["node:net"] : [];
      const own = file.startsWith("shared/environment/") ? ofProcess : [];
      const allowed = [
        ...pure,
        ...own,
        ...(file.startsWith("shared/links/") ? ofLinks : []),
        ...(file.startsWith("shared/network/") ? named : []),
      ];
      for (const specifier of importsOf(file)) {
        const isOwn = specifier.startsWith(".") && leadsTo(file, specifier, ["shared"]);
        expect(isOwn || allowed.includes(specifier), `${file} imports ${specifier}`).toBe(true);
      }
    }
  });

  // A port that a handler imports, for its error class, may name its client's types, no more.
  test.each(manifests)("the handler of $name runs no Google client", ({ name }) => {
    const files = [...reachedFrom(`functions/${name}/handler.ts`)];
    expect(files.length).toBeGreaterThan(5);
    for (const file of files) {
      const clients = valueImportsOf(file).filter((one) => one.startsWith("@google-cloud/"));
      expect(clients, file).toEqual([]);
    }
  });
});

test("whatever serves HTTP in the local cloud is closed to pages and to other machines", () => {
  const serving = sourceFiles("test/local-cloud").filter((file) =>
    /import \{[^}]*\bcreateServer\b[^}]*\} from "node:http"/.test(
      readFileSync(join(root, file), "utf8"),
    ),
  );
  expect(serving.length).toBeGreaterThan(2);
  for (const file of serving) {
    expect(readFileSync(join(root, file), "utf8"), file).toMatch(/\bownOnly\(/);
  }
});

describe("every function has the same skeleton", () => {
  test.each(manifests)("$name", ({ name }) => {
    const files = readdirSync(join(root, "functions", name));
    for (const file of ["function.json", "index.ts", "config.ts", "handler.ts", "README.md"]) {
      expect(files).toContain(file);
    }
    const wiring = readFileSync(join(root, "functions", name, "index.ts"), "utf8");
    expect(wiring.split("\n").length - 1, "lines of index.ts").toBeLessThanOrEqual(20);
    expect(wiring).toContain(`"${name}"`);
  });

  // The one way into a function: none reads what it has no memory for.
  test.each(manifests)("$name bounds what it takes", ({ name, trigger }) => {
    const wiring = readFileSync(join(root, "functions", name, "index.ts"), "utf8");
    const isPublic = "http" in trigger && trigger.http === "public";
    if (isPublic) expect(wiring).toMatch(/\b(takeCalls|guardRequests)\(/);
    else expect(wiring).toContain("http" in trigger ? "takeCalls(" : "takeMessages(");
  });

  test.each(manifests)("$name has no branch for a local run", ({ name }) => {
    for (const file of sourceFiles(`functions/${name}`)) {
      const source = readFileSync(join(root, file), "utf8");
      expect(source, file).not.toMatch(/EMULATOR_HOST|isLocal|NODE_ENV/);
    }
  });

  test.each(manifests.filter((one) => triggersOf(one).length > 0))(
    "the handler of $name takes one event, so the framework awaits it",
    async ({ name }) => {
      const { createHandler } = handlerModule.parse(
        await import(`../../functions/${name}/handler.ts`),
      );
      const handler = createHandler({ config: {} });
      expect(typeof handler === "function" && handler.length).toBe(1);
    },
  );
});

describe("waits", () => {
  const waitsIn = (folder: string) =>
    sourceFiles(folder).flatMap((file) => {
      const source = readFileSync(join(root, file), "utf8");
      return Array.from(source.matchAll(/\b(\w*[tT]imeoutMs)(?: =|:) ([\d_]+)/g), (match) => ({
        wait: `${match[1]} of ${file}`,
        ms: Number(match[2]?.replaceAll("_", "")),
      }));
    });

  test.each(manifests)("of $name end before its request does", ({ name, timeoutSeconds }) => {
    const late = waitsIn(`functions/${name}`).filter(({ ms }) => ms >= timeoutSeconds * 1000);
    expect(late).toEqual([]);
  });

  // A push that is not answered in time is delivered again while the first is still being worked on.
  test("of shared/ end before the request of any function that is pushed to", () => {
    const pushed = manifests.filter((one) => triggersOf(one).length > 0);
    const shortest = Math.min(...pushed.map(({ timeoutSeconds }) => timeoutSeconds));
    const waits = waitsIn("shared");
    expect(waits.length).toBeGreaterThan(0);
    expect(waits.filter(({ ms }) => ms >= shortest * 1000)).toEqual([]);
  });
});

// What a busy machine, or a coarse clock, makes red says nothing.
describe("no test", () => {
  const tests = sourceFiles("test").filter((file) => file.endsWith(".test.ts"));

  test.each([
    ["gives up after a second, which is what Vitest waits", /\bvi\.wait(?:For|Until)\(/],
    ["gives up sooner than others", /\bpoll\([^;]*?\btimeout: (?:[1-5]?\d_\d{3}|\d{1,3})\b/],
    ["ends sooner than others", /\}, (?:\d{1,2}|1[0-7]\d)_000\);/],
    ["looks only so often", /\bfor \(let .*\) (?:\{\s+)?await (?:delay|sleep)\(/],
    ["bounds how long something takes, but by its CPU", /performance\.now\(\) - [^;]*\.toBeLess/],
  ])("%s", (_, pattern) => {
    const found = tests.filter((file) => pattern.test(readFileSync(join(root, file), "utf8")));
    expect(found).toEqual([]);
  });
});

describe("READMEs", () => {
  const headings = [
    "Trigger",
    "In → out",
    "Flow",
    "Configuration",
    "Failure modes",
    "Peculiarities",
  ];

  test.each(declared)("the README of $name agrees with function.json", (manifest) => {
    const readme = readFileSync(join(root, "functions", manifest.name, "README.md"), "utf8");
    expect(readme.startsWith(`# ${manifest.name}\n\n${manifest.description}.`)).toBe(true);
    const found = [...readme.matchAll(/^## (.*)$/gm)].map((match) => match[1]);
    expect(found.filter((heading) => heading !== undefined && headings.includes(heading))).toEqual(
      headings,
    );
    const { publishes, tables, queries, buckets, environment, secrets } = manifest;
    const inBuckets = Object.fromEntries(
      Object.entries(buckets).map(([variable, { why }]) => [variable, why]),
    );
    const granted = [publishes, tables, queries, inBuckets, environment, secrets].flatMap(
      Object.entries,
    );
    for (const [name, reason] of granted) {
      expect(readme).toContain(`| \`${name}\` | ${reason} |`);
    }
    for (const topic of triggersOf(manifest)) {
      expect(readme).toMatch(new RegExp(`^\\| \`${topic}\` \\|`, "m"));
    }
    const rows = [...readme.matchAll(/^\| `([\w -]+)` \|/gm)].map((match) => match[1] ?? "");
    const known = [...granted.map(([name]) => name), ...triggersOf(manifest)];
    expect(rows.filter((row) => !known.includes(row))).toEqual([]);
  });
});

test("the list of functions has each of them", () => {
  const readme = readFileSync(join(root, "functions/README.md"), "utf8");
  const listed = Array.from(
    readme.matchAll(/^\| \[`(.+)`\]\(\1\/README\.md\) \| \S/gm),
    ([, name = ""]) => name,
  );
  expect(listed.toSorted()).toEqual(declared.map(({ name }) => name).toSorted());
});

describe("promises", () => {
  const readme = readFileSync(join(root, "test/README.md"), "utf8");
  const [table = ""] = readme.slice(readme.indexOf("| promise |")).split("\n\n");
  const promises = [...table.matchAll(/^\| (?!promise \||---)(.+?) \| (.+) \|$/gm)].map(
    ([, promise = "", tests = ""]) => ({
      promise,
      paths: Array.from(tests.matchAll(/`([^`]+)`/g), ([, path = ""]) => path),
    }),
  );

  test.each(promises)("$promise", ({ paths }) => {
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) {
      expect(existsSync(join(root, "test", path)), path).toBe(true);
      const isTest = path.endsWith(".test.ts");
      if (!isTest) expect(sourceFiles(join("test", path)).join()).toContain(".test.ts");
    }
  });

  test("are those of all integration and conformance tests", () => {
    const named = promises.flatMap(({ paths }) => paths);
    const files = ["integration", "conformance", "simulation", "property"].flatMap((folder) =>
      readdirSync(join(root, "test", folder))
        .filter((file) => file.endsWith(".test.ts"))
        .map((file) => `${folder}/${file}`),
    );
    expect(files.filter((file) => !named.includes(file))).toEqual([]);
  });
});

test("whatever fails can be sent back: redrive-failures may publish to what triggers a function, and to what is archived", () => {
  const redrive = manifests.find(({ name }) => name === "redrive-failures");
  const sources = manifests.flatMap((one) => [...triggersOf(one), ...one.archived]);
  // A dead letter's source is the topic that it was on before.
  expect(Object.keys(redrive?.publishes ?? {})).toEqual(
    expect.arrayContaining(sources.filter((topic) => topic !== "dead-letters")),
  );
});
