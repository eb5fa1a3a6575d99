import { existsSync } from "node:fs";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runFunction } from "../local-cloud/run-function.ts";

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

test("one that cannot be run is said not to start", async () => {
  const options = { environment: {}, logDirectory: folder, bundle: join(folder, "none") };
  await expect(runFunction(manifest, options)).rejects.toThrow("function chatter does not start");
});
