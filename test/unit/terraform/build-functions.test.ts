import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { triggersOf } from "../../../shared/manifest/function-manifest.ts";
import { readManifests } from "../../../terraform/read-manifests.ts";
import { installDependencies } from "../../support/terraform/install-dependencies.ts";

const maxBundleBytes = 3_000_000;
const dist = join(import.meta.dirname, "../../../dist");
const manifests = await readManifests();
let temporary = "";
/** Versions of what is installed beside all bundles, once: what one of them locks, which is all. */
let installed: Record<string, string> = {};

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), "hourtally-bundles-"));
  installed = await installDependencies(join(dist, "cluster-colors"), temporary);
  for (const { name } of manifests) {
    await cp(join(dist, name), join(temporary, name), { recursive: true });
  }
}, 300_000);
afterAll(() => rm(temporary, { recursive: true, force: true }));

const filesOf = (name: string): string[] =>
  readdirSync(join(dist, name), { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => relative(join(dist, name), join(one.parentPath, one.name)))
    .toSorted();

test.each([
  ["of pure JavaScript", "normalize-tweets"],
  ["with machine code", "cluster-colors"],
])("npm ci takes the lock of a bundle %s, and asks no registry for more", async (_, name) => {
  const folder = join(temporary, `ci-${name}`);
  await cp(join(dist, name), folder, { recursive: true });
  // Nothing of it is in this cache, and `--offline` forbids to ask: only a lock in step passes.
  const cache = ["--cache", join(temporary, "empty-cache")];
  const { stdout } = await promisify(execFile)(
    "npm",
    ["ci", "--dry-run", "--offline", "--omit=dev", "--ignore-scripts", ...cache],
    { cwd: folder },
  );
  expect(stdout).toMatch(/add @google-cloud\/functions-framework 5\./);
  expect(stdout.includes("add sharp ")).toBe(name === "cluster-colors");
});

test("a bundle locks what the project locks: versions and integrity, machine code of the cloud, too", () => {
  const packagesOf = (folder: string): Record<string, { version: string; integrity: string }> =>
    JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")).packages;
  const own = packagesOf(join(dist, "cluster-colors"));
  const whole = packagesOf(join(dist, ".."));
  const places = Object.keys(own).filter((place) => place !== "");
  for (const place of places) {
    expect(own[place]?.version, place).toBe(whole[place]?.version);
    expect(own[place]?.integrity, place).toMatch(/^sha512-.{88}$/);
    expect(own[place]?.integrity, place).toBe(whole[place]?.integrity);
  }
  expect(places).toContain("node_modules/@img/sharp-linux-x64");
  expect(places).toContain("node_modules/@img/sharp-libvips-linux-x64");
  expect(Object.keys(packagesOf(join(dist, "append-rows")))).not.toContain("node_modules/sharp");
});

/** What Terraform asks for before it takes a bundle. */
function filesAskedFor(): string[] {
  const source = readFileSync(join(dist, "../terraform/functions.tf"), "utf8");
  const [, list = "[]"] = /for file in (\[[^\]]+\]) : fileexists/.exec(source) ?? [];
  return z.array(z.string()).parse(JSON.parse(list));
}

describe.each(manifests)("the bundle of $name", ({ name }) => {
  test("has what a deployment asks for", () => {
    expect(filesAskedFor()).toHaveLength(3);
    expect(filesOf(name)).toEqual(expect.arrayContaining(filesAskedFor()));
  });

  test("holds index.cjs, what it depends on and its page, no more", () => {
    const files = filesOf(name);
    const page = files.filter((file) => file.startsWith("page/"));
    expect(files).toEqual(["index.cjs", "package-lock.json", "package.json", ...page]);
    expect(page.length > 0).toBe(existsSync(join(dist, "../functions", name, "page")));
  });

  test("has a page of at most 120 kB as it is sent, with everything", () => {
    const sent = filesOf(name).filter((file) => file.startsWith("page/") && file.endsWith(".br"));
    const bytes = sent.reduce((sum, file) => sum + statSync(join(dist, name, file)).size, 0);
    expect(bytes).toBeLessThanOrEqual(120_000);
  });

  test("starts without protocols that it does not speak", () => {
    const source = readFileSync(join(dist, name, "index.cjs"), "utf8");
    expect(source).not.toMatch(/ListTopicSnapshotsRequest|SetIamPolicyRequest/);
  });

  test("has 3 MB at most", () => {
    expect(statSync(join(dist, name, "index.cjs")).size).toBeLessThanOrEqual(maxBundleBytes);
  });

  test("names its dependencies, and asks for no other package", () => {
    const { dependencies } = JSON.parse(readFileSync(join(dist, name, "package.json"), "utf8"));
    const native = name === "cluster-colors" ? ["sharp"] : [];
    expect(Object.keys(dependencies)).toEqual(["@google-cloud/functions-framework", ...native]);
    for (const [one, version] of Object.entries(dependencies)) {
      expect(installed[`node_modules/${one}`]).toBe(version);
    }
    const source = readFileSync(join(dist, name, "index.cjs"), "utf8");
    const asked = [...source.matchAll(/(?<![\w$.])(?:require|import)\(([^)]*)\)/g)]
      .map(([, what = ""]) => what.replaceAll(/^["']|["']$/g, ""))
      .filter((what) => !isBuiltin(what));
    // It is tried: without it, what is logged has no colours.
    const known = [...Object.keys(dependencies), "supports-color"];
    expect(asked.filter((what) => !known.includes(what))).toEqual([]);
  });
});

test("all bundles load with nothing installed but their dependencies", async () => {
  const names = manifests.map(({ name }) => name);
  const script = `for (const name of ${JSON.stringify(names)}) {
    Object.assign(process.env, { K_SERVICE: name, K_REVISION: name + "-00001" });
    process.chdir(${JSON.stringify(temporary)} + "/" + name);
    require(process.cwd() + "/index.cjs");
    console.log("loaded " + name);
  }
  process.exit();`;
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", script], {
    cwd: temporary,
    env: environment,
  });
  expect(stdout.match(/(?<=^loaded )\S+$/gm)).toEqual(names);
});

/** Of pure JavaScript, with machine code, and called by HTTP; that the others serve, the local cloud shows. */
const started = ["normalize-tweets", "cluster-colors", "receive-webhook"];

test.each(manifests.filter(({ name }) => started.includes(name)))(
  "the bundle of $name serves where nothing else is installed",
  async ({ name, trigger }) => {
    const running = start(join(temporary, name), name);
    const output: string[] = [];
    running.stderr?.on("data", (chunk: Buffer) => output.push(chunk.toString()));
    running.stdout?.on("data", (chunk: Buffer) => output.push(chunk.toString()));
    try {
      const isReader = /^(?:normalize|bucket)-/.test(name);
      const topic = isReader ? triggersOf({ trigger })[0] : undefined;
      const { status } = await ask(await portOf(running), topic);
      // A message of blank lines holds nothing, so it is taken.
      if (topic !== undefined) expect(status, output.join("")).toBe(204);
      if ("http" in trigger) expect(status, output.join("")).toBeLessThan(500);
      // Whatever it thinks of a request without a body: it is up, and stays up.
      expect(running.exitCode, output.join("")).toBeNull();
    } finally {
      const exited = once(running, "exit");
      running.kill("SIGKILL");
      await exited;
    }
  },
  60_000,
);

const environment = {
  PATH: process.env.PATH,
  NODE_ENV: "production",
  GOOGLE_CLOUD_PROJECT: "a-project",
  BIGQUERY_DATASET: "hourtally",
  LANDING_BUCKET: "lake",
  LAKE_BUCKET: "lake",
  // Nothing listens there: no client may reach a real service.
  PUBSUB_EMULATOR_HOST: "127.0.0.1:9",
  STORAGE_EMULATOR_HOST: "http://127.0.0.1:9",
};

const tellPort = `const { Server } = require("node:net");
const { listen } = Server.prototype;
Server.prototype.listen = function (...where) {
  this.once("listening", () => process.send(this.address().port));
  return listen.apply(this, where);
};`;

/** Starts a bundle as Cloud Run does: a function without an event trigger has the signature http. */
function start(bundle: string, name: string): ChildProcess {
  const main = join(temporary, "node_modules/@google-cloud/functions-framework/build/src/main.js");
  const preload = join(temporary, "tell-port.cjs");
  writeFileSync(preload, tellPort);
  return spawn(process.execPath, ["--require", preload, main], {
    cwd: bundle,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: {
      ...environment,
      // Any: whoever asks for a free one and then gives it away gives it to two.
      PORT: "0",
      // The framework is the same for all of them.
      NODE_COMPILE_CACHE: join(temporary, "compiled"),
      FUNCTION_TARGET: name,
      FUNCTION_SIGNATURE_TYPE: "http",
      K_SERVICE: name,
      K_REVISION: `${name}-00001`,
    },
  });
}

/** Where it listens. @throws {Error} when it ends instead. */
async function portOf(running: ChildProcess): Promise<number> {
  const ended = once(running, "exit").then(([code]) => {
    throw new Error(`the process ended with ${code}`);
  });
  const [port] = await Promise.race([once(running, "message"), ended]);
  return z.number().parse(port);
}

/** Pushes a message of blank lines on `topic`, or without one, just knocks. */
function ask(port: number, topic: string | undefined): Promise<Response> {
  const message = { data: Buffer.from("\n").toString("base64"), messageId: "1", attributes: {} };
  const subscription = `projects/a-project/subscriptions/${topic}.f`;
  const push = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ message, subscription }),
  };
  const url = `http://127.0.0.1:${port}/projects/a-project/topics/${topic}`;
  return fetch(url, topic === undefined ? { method: "HEAD" } : push);
}
