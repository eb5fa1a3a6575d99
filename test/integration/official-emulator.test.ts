import { type ChildProcess, exec, execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { createOracle } from "../chaos/create-oracle.ts";
import { freePort } from "../local-cloud/tcp-port.ts";
import { generateTweets } from "../producer/generate-tweets.ts";
import { startTestCloud } from "../support/test-cloud.ts";
import { waitUntil } from "../support/wait-until.ts";

/** The launcher of Google's Pub/Sub emulator, where the `gcloud` component is installed with Java. */
function findEmulator(): string | undefined {
  try {
    execFileSync("java", ["-version"], { stdio: "ignore" });
    const format = "--format=value(installation.sdk_root)";
    const sdk = execFileSync("gcloud", ["info", format], { encoding: "utf8" }).trim();
    const launcher = join(sdk, "platform/pubsub-emulator/bin/cloud-pubsub-emulator");
    return existsSync(launcher) ? launcher : undefined;
  } catch {
    return undefined;
  }
}

const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
const launcher = findEmulator();
if (launcher === undefined) {
  console.warn("Google's Pub/Sub emulator is not installed: the test against it is skipped");
}

describe.skipIf(launcher === undefined)("Google's own Pub/Sub emulator instead of ours", () => {
  let emulator: ChildProcess;
  let address: string;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "hourtally-emulator-"));
    address = `127.0.0.1:${await freePort()}`;
    const [host = "", port = ""] = address.split(":");
    emulator = spawn(launcher ?? "", [`--host=${host}`, `--port=${port}`, `--data-dir=${folder}`], {
      stdio: ["ignore", "pipe", "pipe"],
      // The launcher is a script that starts Java: both end together as one group.
      detached: true,
    });
    let output = "";
    for (const stream of [emulator.stdout, emulator.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    await waitUntil("it has started", () => output.includes("Server started"), 45_000);
  });

  afterAll(async () => {
    if (emulator?.pid !== undefined) process.kill(-emulator.pid, "SIGKILL");
    await rm(folder, { recursive: true, force: true });
  });

  test("counts the same, and again without a change", async () => {
    const generated = generateTweets({
      count: 300,
      seed: 11,
      endingAt: new Date("2026-01-02T03:04:05Z"),
    });
    const lines = Array.from(generated, ({ json }) => json);
    const oracle = createOracle();
    oracle.add(lines);
    const expected = oracle.expected().hours.map((cell) => {
      const { title: _, ...row } = z.looseObject({ title: z.unknown() }).parse(JSON.parse(cell));
      return JSON.stringify(row);
    });
    expect(expected.length).toBeGreaterThan(50);
    const cloud = await startTestCloud({ pubsubEmulator: address });
    try {
      expect(cloud.pubsub).toBe(address);
      await cloud.count(lines, 20);
      expect(await cloud.urlHours()).toEqual(expected);
      await cloud.count(lines.toReversed(), 50);
      expect(await cloud.urlHours()).toEqual(expected);
      // And what the README publishes by hand.
      const [command = ""] = /^gcloud pubsub topics publish .*$/m.exec(readme) ?? [];
      await cloud.countSent(1, () =>
        promisify(exec)(`${command} --project=${cloud.projectId}`, {
          env: {
            ...process.env,
            CLOUDSDK_API_ENDPOINT_OVERRIDES_PUBSUB: `http://${address}/`,
            CLOUDSDK_AUTH_DISABLE_CREDENTIALS: "true",
            CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: "true",
          },
        }),
      );
      const counted = await cloud.urlHours();
      expect(counted.find((line) => line.includes('"example.com/gcloud"'))).toMatch(
        /^\{"hour":"2006-03-21T23:00:00Z"/,
      );
    } finally {
      await cloud.stop();
    }
  });
});
