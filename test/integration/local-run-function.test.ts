import { existsSync } from "node:fs";
import { mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runFunction } from "../local-cloud/run-function.ts";
import { scaleFromZero } from "../local-cloud/scale-from-zero.ts";

const manifest = { name: "chatter", trigger: { http: "public" as const } };
/** More than a pipe holds. */
const linesBytes = 1_000_000;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hourtally-function-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const fullDisk = "/dev/full";

test.skipIf(!existsSync(fullDisk))("a full disk costs log lines, not answers", async () => {
  const body = `exports.chatter = (request, response) => {
    process.stdout.write("x".repeat(${linesBytes}), () => response.send("done"));
  };`;
  await writeFile(join(folder, "index.js"), body);
  await symlink(fullDisk, join(folder, "chatter.log"));
  const options = { environment: {}, logDirectory: folder, bundle: folder };
  const running = await runFunction(manifest, options);
  try {
    for (let time = 0; time < 3; time += 1) {
      expect(await (await fetch(running.url)).text()).toBe("done");
    }
    expect(running.restarts()).toBe(0);
  } finally {
    await running.stop();
  }
});

test("a large one is compiled once, and another one of the same length anew", async () => {
  const compiled = join(
    import.meta.dirname,
    "../../node_modules/.cache/bundles",
    relative(join(import.meta.dirname, "../.."), join(folder, "index.js")).replaceAll("/", "_"),
  );
  const answerOf = async (words: string) => {
    const body = `const { http } = require("@google-cloud/functions-framework");
      http("chatter", async (request, response) => {
        const { join } = await import("node:path");
        response.send(join("${words}"));
      });`;
    await writeFile(join(folder, "index.js"), body.padEnd(200_000));
    const options = { environment: {}, logDirectory: folder, bundle: folder };
    const running = await runFunction(manifest, options);
    const ask = async () => (await fetch(running.url)).text();
    const answer = await ask().finally(running.stop);
    return { answer, compiledAt: (await stat(compiled)).mtimeMs };
  };
  try {
    const first = await answerOf("one");
    expect(first.answer).toBe("one");
    expect(await answerOf("one")).toEqual(first);
    const second = await answerOf("two");
    expect(second.answer).toBe("two");
    expect(second.compiledAt).toBeGreaterThan(first.compiledAt);
  } finally {
    await rm(compiled);
  }
});

test("one that cannot be run is said not to start", async () => {
  const options = { environment: {}, logDirectory: folder, bundle: join(folder, "none") };
  await expect(runFunction(manifest, options)).rejects.toThrow("function chatter does not start");
});

test("one that scales from zero runs from its first request on, and answers it", async () => {
  const body = `exports.chatter = (request, response) => {
    response.send(process.pid + " " + request.rawBody.length);
  };`;
  await writeFile(join(folder, "index.js"), body);
  const options = { environment: {}, logDirectory: folder, bundle: folder };
  const failures: Error[] = [];
  // A connection that is kept would end with the process that it leads to.
  const fresh = { method: "POST", headers: { connection: "close" } };
  const run = () => runFunction(manifest, options);
  const scaled = await scaleFromZero("chatter", run, (error) => failures.push(error));
  try {
    expect(scaled.pid()).toBeUndefined();
    const answers = await Promise.all(
      [1, 2, 3].map(async () =>
        (await fetch(scaled.url, { ...fresh, body: "x".repeat(500_000) })).text(),
      ),
    );
    expect(answers).toEqual(Array(3).fill(`${scaled.pid()} 500000`));
    expect(await (await fetch(await scaled.wake(), { method: "POST", body: "x" })).text()).toBe(
      `${scaled.pid()} 1`,
    );
    expect(await scaled.wake()).not.toBe(scaled.url);
    process.kill(scaled.pid() ?? Number.NaN, "SIGKILL");
    await expect.poll(() => scaled.restarts(), { interval: 5 }).toBe(1);
    // A request waits while it is started again.
    expect(await (await fetch(scaled.url, { ...fresh, body: "xy" })).text()).toMatch(/ 2$/);
    expect(scaled.restarts()).toBe(1);
    expect(failures).toEqual([]);
  } finally {
    await scaled.stop();
  }
  await expect(fetch(scaled.url)).rejects.toThrow();
});

test("one that scales from zero and does not start breaks its request off, and says so", async () => {
  const options = { environment: {}, logDirectory: folder, bundle: join(folder, "none") };
  const failures: string[] = [];
  const run = () => runFunction(manifest, options);
  const scaled = await scaleFromZero("chatter", run, ({ message }) => failures.push(message));
  try {
    await expect(fetch(scaled.url)).rejects.toThrow();
    expect(failures).toEqual([expect.stringContaining("function chatter does not start")]);
    await expect(scaled.wake()).rejects.toThrow("does not start");
    expect(failures).toHaveLength(2);
  } finally {
    await scaled.stop();
  }
});
