import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { PubSub, type Subscription } from "@google-cloud/pubsub";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { type Pubsub, startPubsub } from "../local-cloud/pubsub/start-pubsub.ts";
import { produce } from "../producer/produce.ts";
import { callCommand } from "../support/call-command.ts";
import { plainData } from "../support/plain-data.ts";
import { waitUntil } from "../support/wait-until.ts";

const root = join(import.meta.dirname, "../..");
const projectId = "producer-test";

const summarySchema = z.strictObject({
  topic: z.string(),
  project: z.string(),
  outcome: z.enum(["completed", "interrupted", "failed"]),
  events: z.int(),
  messages: z.int(),
  bytes: z.int(),
  refused: z.int(),
  seconds: z.number(),
  events_per_second: z.number().nullable(),
});

let folder = "";
let server: Pubsub;
let pubsub: PubSub;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "produce-"));
  server = await startPubsub();
  pubsub = new PubSub({ projectId, apiEndpoint: server.address, emulatorMode: true });
});
afterAll(async () => {
  await pubsub.close();
  await server.stop();
  await rm(folder, { recursive: true });
});

let topics = 0;
/** A topic of its own for each test, and what has arrived on it. */
async function openTopic() {
  topics += 1;
  const name = `topic-${topics}`;
  const [topic] = await pubsub.createTopic(name);
  const [subscription] = await topic.createSubscription(`all-of-${name}`);
  return { name, subscription };
}

async function receive(subscription: Subscription, messages: number) {
  const received: { data: string; attributes: Record<string, string> }[] = [];
  subscription.on("message", (message) => {
    const { data, attributes } = message;
    received.push({ data: plainData(data, attributes).toString("latin1"), attributes });
    message.ack();
  });
  await waitUntil(`${messages} messages`, () => received.length >= messages);
  // What should not come would come now.
  await sleep(100);
  await subscription.close();
  return received;
}

/** Resolves when so many events have arrived. */
async function waitForEvents(subscription: Subscription, events: number): Promise<void> {
  let arrived = 0;
  await new Promise<void>((resolve) => {
    subscription.on("message", (message) => {
      message.ack();
      arrived += plainData(message.data, message.attributes).toString().split("\n").length;
      if (arrived >= events) resolve();
    });
  });
  await subscription.close();
}

function startProduce(args: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(join(root, "node_modules/.bin/node"), ["test/producer/produce.ts", ...args], {
    cwd: root,
    env: {
      ...process.env,
      PUBSUB_EMULATOR_HOST: server.address,
      GOOGLE_CLOUD_PROJECT: projectId,
      ...environment,
    },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => (stdout += String(chunk)));
  child.stderr.on("data", (chunk) => (stderr += String(chunk)));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

/** The same in this process, for what it does with its arguments. */
const callProduce = (args: readonly string[], environment: Record<string, string> = {}) =>
  callCommand("produce", produce, args, {
    PUBSUB_EMULATOR_HOST: server.address,
    GOOGLE_CLOUD_PROJECT: projectId,
    ...environment,
  });

async function writeInput(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe("files", () => {
  test("of every form arrive byte for byte, packed, with the attributes", async () => {
    const { name, subscription } = await openTopic();
    const odd = Buffer.from('{"a":1}\r\n\xff\xfe not JSON\n\n{"b": 2 }', "latin1");
    const inputs = [
      await writeInput("odd.jsonl", odd),
      await writeInput("two.ndjson.gz", Buffer.concat([gzipSync("1\n2"), gzipSync("3\n")])),
      await writeInput("array.json", '[{"x":1},\n{"y":[2]}]'),
    ];

    const args = ["--topic", name, "--pack", "3", "--attribute", "schema=x.v1", "--json"];
    const { code, stdout } = await callProduce([
      ...args,
      ...inputs.flatMap((path) => ["--input", path]),
    ]);
    const summary = summarySchema.parse(JSON.parse(stdout));
    const received = await receive(subscription, summary.messages);

    expect(code).toBe(0);
    // A pack that is not full is sent after 100 ms, which a busy machine needs from file to file.
    const packs = received.map(({ data }) => data.split("\n"));
    expect(Math.max(...packs.map(({ length }) => length))).toBe(3);
    expect(packs.flat().toSorted()).toEqual(
      ['{"a":1}', "\xff\xfe not JSON", '{"b": 2 }', "1", "23", '{"x":1}', '{"y":[2]}'].toSorted(),
    );
    expect(received.every(({ attributes }) => attributes.schema === "x.v1")).toBe(true);
    expect(summary).toMatchObject({
      topic: name,
      project: projectId,
      outcome: "completed",
      events: 7,
      refused: 0,
      bytes: received.reduce((sum, { data }) => sum + data.length, 0),
    });
  });

  test("from standard input are published as they come", async () => {
    const { name, subscription } = await openTopic();
    const { child, ended } = startProduce(["--topic", name, "--input", "-", "--quiet"]);

    child.stdin.write('{"first":1}\n{"sec');
    const early = await receive(subscription, 1);
    child.stdin.end('ond":2}\n');
    const { code, stdout, stderr } = await ended;

    expect(early.map(({ data }) => data)).toEqual(['{"first":1}']);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("with an event over 9.5 MB: its line is named, the rest arrives", async () => {
    const { name, subscription } = await openTopic();
    const path = await writeInput("large.jsonl", `1\n${"x".repeat(9_600_000)}\n3\n`);

    const { code, stdout, stderr } = await callProduce([
      "--topic",
      name,
      "--input",
      path,
      "--json",
    ]);
    const { messages } = summarySchema.parse(JSON.parse(stdout));
    const received = await receive(subscription, messages);

    expect(code).toBe(0);
    // Together, unless the machine is so busy that what lies between takes over 100 ms.
    expect(received.flatMap(({ data }) => data.split("\n")).toSorted()).toEqual(["1", "3"]);
    expect(stderr).toContain(`refused ${path}, line 2: more than 9,500,000 bytes`);
    expect(stderr).toMatch(/: 2 events in (?:1 message|2 messages), \d B, .*; refused: 1$/m);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: "completed", events: 2, refused: 1 });
  });

  test("that break off: what was read is published, and the fault told", async () => {
    const { name } = await openTopic();
    const packed = gzipSync(Array.from({ length: 20_000 }, (_, n) => `${n * 7_919}\n`).join(""));
    const path = await writeInput("cut.jsonl.gz", packed.subarray(0, -30));

    const { code, stdout, stderr } = await callProduce([
      "--topic",
      name,
      "--input",
      path,
      "--json",
    ]);

    const { outcome, events } = summarySchema.parse(JSON.parse(stdout));
    expect(code).toBe(1);
    expect(outcome).toBe("failed");
    expect(events).toBeGreaterThan(1_000);
    expect(stderr).toContain(`produce: cannot read ${path}: the gzip content is cut short`);
  });
});

describe("made-up tweets", () => {
  test("arrive in the number asked for, the newest of now", async () => {
    const { name, subscription } = await openTopic();
    const startedAt = Date.now();

    const { code, stderr } = await callProduce(["--topic", name, "--generate", "1234"]);
    const received = await receive(subscription, 3);

    const lines = received.flatMap(({ data }) => data.split("\n"));
    const times = lines.map((line) => Number(/"timestamp_ms":"(\d+)"/.exec(line)?.[1]));
    expect(code).toBe(0);
    expect(lines).toHaveLength(1_234);
    expect(Math.max(...times)).toBeGreaterThanOrEqual(startedAt);
    expect(Math.max(...times)).toBeLessThanOrEqual(Date.now());
    expect(stderr).toContain(`publishing to ${name} in project ${projectId} at ${server.address}`);
    expect(stderr).toMatch(/acknowledged by .*: 1,234 events in 3 messages, 1\.\d MB/);
  });

  test("keep the rate", async () => {
    const { name } = await openTopic();

    const { stdout } = await callProduce([
      "--topic",
      name,
      "--generate",
      "300",
      "--rate",
      "200",
      "--json",
    ]);

    const { seconds } = summarySchema.parse(JSON.parse(stdout));
    expect(seconds).toBeGreaterThan(1.4);
  });
});

describe("interruption", () => {
  test.each([
    { signal: "SIGINT", exitCode: 130 },
    { signal: "SIGTERM", exitCode: 143 },
  ] as const)("$signal counts what arrived and exits with $exitCode", async (given) => {
    const { name, subscription } = await openTopic();
    const { child, ended } = startProduce([
      "--topic",
      name,
      "--generate",
      "1000000",
      "--rate",
      "1000",
      "--json",
    ]);
    await waitForEvents(subscription, 101);

    child.kill(given.signal);
    const { code, stdout } = await ended;

    const { outcome, events } = summarySchema.parse(JSON.parse(stdout));
    expect(code).toBe(given.exitCode);
    expect(outcome).toBe("interrupted");
    expect(events).toBeGreaterThan(100);
    // In as long as the test may take.
    expect(events).toBeLessThan(100_000);
  });

  test("the count is what the server has", async () => {
    const { name, subscription } = await openTopic();
    const { child, ended } = startProduce(["--topic", name, "--generate", "1000000", "--json"]);
    await new Promise((resolve) => child.stderr.once("data", resolve));
    await sleep(1_000);

    child.kill("SIGINT");
    const { code, stdout } = await ended;

    const { events, messages } = summarySchema.parse(JSON.parse(stdout));
    const received = await receive(subscription, messages);
    expect(code).toBe(130);
    expect(received).toHaveLength(messages);
    expect(received.reduce((sum, { data }) => sum + data.split("\n").length, 0)).toBe(events);
  });

  test("does not wait for a standard input that says nothing", async () => {
    const { name } = await openTopic();
    const { child, ended } = startProduce(["--topic", name, "--input", "-"]);
    await new Promise((resolve) => child.stderr.once("data", resolve));
    await sleep(300);

    child.kill("SIGINT");
    const { code, stderr } = await ended;

    expect(code).toBe(130);
    expect(stderr).toContain("0 events in 0 messages");
  });
});

describe("errors say what failed and what to do, without a stack", () => {
  test.each([
    {
      name: "no topic",
      exitCode: 1,
      args: ["--generate", "5", "--topic", "absent"],
      says: /no topic absent in project producer-test at 127\.0\.0\.1:\d+: .*--topic/,
    },
    {
      name: "no file",
      exitCode: 2,
      args: ["--input", "absent.jsonl"],
      says: /no file absent\.jsonl: check --input/,
    },
    { name: "a folder", exitCode: 2, args: ["--input", "test"], says: /test is a folder/ },
    {
      name: "nothing to do",
      exitCode: 2,
      args: [],
      says: /nothing to publish: .*--input FILE.*--generate N/,
    },
    { name: "an unknown option", exitCode: 2, args: ["--genrate", "5"], says: /--genrate/ },
  ])("$name", async ({ args, exitCode, says }) => {
    const { code, stdout, stderr } = await callProduce(args);

    expect(code).toBe(exitCode);
    expect(stdout).toBe("");
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test("no server", async () => {
    const gone = await startPubsub();
    await gone.stop();

    const { code, stderr } = await callProduce(["--generate", "5"], {
      PUBSUB_EMULATOR_HOST: gone.address,
    });

    expect(code).toBe(1);
    expect(stderr).toContain(`no Pub/Sub server at ${gone.address}`);
    expect(stderr).toContain("npm start");
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test("--help is no error", async () => {
    const { code, stdout } = await callProduce(["--help"]);

    expect(code).toBe(0);
    expect(stdout).toContain("--generate N");
  });
});
