import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import * as z from "zod";
import { generateTweets } from "../producer/generate-tweets.ts";

const root = join(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const commands = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap((match) =>
  (match[1] ?? "").split("\n").filter(Boolean),
);

const summary = z.object({
  received: z.number(),
  tweets: z.number(),
  duplicates: z.number(),
  deletes: z.number(),
  ignored: z.record(z.string(), z.number()),
  failed: z.number(),
  links: z.number(),
  mentions: z.number(),
  hours: z.array(z.object({ hour: z.string(), mentions: z.number(), keys: z.number() })),
  top: z.array(z.looseObject({ hour: z.string(), url_key: z.string(), mentions: z.number() })),
  seconds: z.number(),
});

/** A command as it stands in the README; set-up, which has been done, is left out. */
function start(command: string): {
  child: ChildProcess;
  output: () => string;
  errors: () => string;
} {
  expect(commands).toContain(command);
  const own = command.replace("npm ci && ", "").replaceAll("npm run ", "npm run --silent ");
  const child = spawn("bash", ["-c", own], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  let errors = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  return { child, output: () => output, errors: () => errors };
}

async function run(command: string): Promise<{ output: string; errors: string }> {
  const { child, output, errors } = start(command);
  const [code] = await once(child, "close");
  expect({ command, code, errors: code === 0 ? "" : errors() }).toMatchObject({ code: 0 });
  return { output: output(), errors: errors() };
}

/** What Ctrl-C does on a terminal: an interrupt for the whole group of processes. */
async function interrupt(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, "SIGINT");
  await once(child, "close");
}

describe("the commands of the README", () => {
  let up: ReturnType<typeof start>;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "hourtally-readme-"));
    up = start("npm ci && npm start");
    await vi.waitFor(() => expect(up.errors()).toContain("Up until Ctrl-C."), {
      timeout: 280_000,
      interval: 200,
    });
  }, 300_000);

  afterAll(async () => {
    await interrupt(up.child);
    await rm(folder, { recursive: true });
  });

  test("npm start counts a generated stream, tells how and shows the top links", () => {
    const told = up.errors();
    expect(told).toContain("PUBSUB_EMULATOR_HOST=127.0.0.1:");
    expect(told).toContain("npm run produce -- --input -");
    expect(told).toMatch(/received 20,000 = [\d,]+ tweets \+ /);
    expect(told).toMatch(/│ link +│ mentions │ authors │/);
  });

  test("one's own tweet is counted", async () => {
    const echo = commands.find((command) => command.startsWith("echo "));
    await run(echo ?? "");
    await expect
      .poll(() => up.errors(), { timeout: 30_000, interval: 200 })
      .toMatch(/received 20,001 = /);
  }, 60_000);

  test("generated tweets are published, and a started-again npm start sums up", async () => {
    await run("npm run produce -- --generate 5000 --seed 7 --rate 1000");
    const { output } = await run("npm start --silent -- --generate 2000 --seed 3 --exit --json");
    const told = summary.parse(JSON.parse(output));
    expect(told).toMatchObject({ received: 27_001, failed: 0 });
    const notices = Object.entries(told.ignored).filter(([reason]) => reason.startsWith("notice-"));
    const noticed = notices.reduce((sum, [, n]) => sum + n, 0);
    expect(told.received).toBe(told.tweets + told.duplicates + told.deletes + noticed);
    const all = Object.values(told.ignored).reduce((sum, n) => sum + n, 0);
    expect(told.links).toBe(told.mentions + all - noticed);
    expect(told.ignored.deleted).toBeGreaterThan(0);
  }, 120_000);

  test("a file that is dropped into the landing folder is counted", async () => {
    const file = join(folder, "tweets.jsonl");
    const tweets = generateTweets({ count: 100, seed: 99, endingAt: new Date() });
    await writeFile(file, Array.from(tweets, ({ json }) => `${json}\n`).join(""));
    const command = commands.find((one) => one.includes("npm run upload"));
    expect(command).toBe("npm run upload -- FILE landing/tweets/");
    const child = spawn("npm", ["run", "--silent", "upload", "--", file, "landing/tweets/"], {
      cwd: root,
      stdio: "ignore",
    });
    expect((await once(child, "close"))[0]).toBe(0);
    await expect
      .poll(() => up.errors(), { timeout: 60_000, interval: 200 })
      .toMatch(/received 27,101 = /);
  }, 90_000);

  test("the counts are there for Google's own client", async () => {
    const [, script = ""] = /^```js\n(.*?)^```$/ms.exec(readme) ?? [];
    const [, address = ""] = /BIGQUERY_EMULATOR_HOST=(\S+)/.exec(up.errors()) ?? [];
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      cwd: root,
      env: { ...process.env, BIGQUERY_EMULATOR_HOST: address, METADATA_SERVER_DETECTION: "none" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(errors).toBe("");
    expect(output).toMatch(/hour.+url_key.+mentions/);
    expect(output.match(/'20\d\d-\d\d-\d\d \d\d:00:00\+00'/g)).toHaveLength(10);
  }, 60_000);

  test("what went wrong is made good", async () => {
    const told = {
      redrive: /^0 failed events would be sent back\.$/m,
      retract:
        /^Retracted in .+\. Now count those hours anew:\n\n {2}npm run replay -- --from 2026-01-02T02:00:00\.000Z --to /m,
      forget: /^Post x:20 will be out of all views and counts in a few seconds\.$/m,
    };
    for (const [script, sentence] of Object.entries(told)) {
      const command = commands.find((one) => one.startsWith(`npm run ${script} `));
      expect((await run(command ?? "")).errors, script).toMatch(sentence);
    }
    // Nothing came in the hours that stand there for an example.
    const replay = start(commands.find((one) => one.startsWith("npm run replay ")) ?? "");
    expect(await once(replay.child, "close")).toEqual([2, null]);
    expect(replay.errors()).toContain("no archived input of tweets in that time");
  }, 60_000);

  test("a seed proves the counts", async () => {
    const simulate = commands.find((command) => command.includes("run simulate"));
    const { output } = await run(simulate ?? "");
    expect(output).toMatch(/^lost +0\nduplicated +0\nunexpected +0$/m);
  }, 60_000);

  test("links are explained", async () => {
    const explain = commands.find((command) => command.includes("explain-url"));
    expect((await run(explain ?? "")).output).toContain("2 links, 1 key");
  }, 30_000);

  test("the others do what they say", async () => {
    expect((await run("npm run build")).output).toContain("normalize-tweets");
    await run("npm run generate");
  }, 60_000);

  test("Ctrl-C ends it all", async () => {
    const cloudFile = join(root, ".hourtally/cloud.json");
    const { bigquery } = z
      .object({ bigquery: z.string() })
      .parse(JSON.parse(readFileSync(cloudFile, "utf8")));
    await interrupt(up.child);
    expect(existsSync(cloudFile)).toBe(false);
    await expect(fetch(bigquery)).rejects.toThrow("fetch failed");
  }, 30_000);

  test("no command stands there that is not run here", () => {
    const known = [
      "npm ci && npm start",
      // This very run.
      "npm ci && npm test",
      "npm start --silent -- --generate 2000 --seed 3 --exit --json",
      "npm run upload -- FILE landing/tweets/",
      "npm run generate",
      "npm run build",
    ];
    const others = commands.filter((command) => !known.includes(command));
    expect(others.map((command) => command.replace(/ .*(?=npm)/, " … "))).toEqual([
      "echo … npm run produce -- --input -",
      "npm run produce -- --generate 5000 --seed 7 --rate 1000",
      expect.stringContaining("npm run explain-url -- "),
      "npm run simulate -- --seed 17 --events 500",
      expect.stringContaining("npm run redrive -- "),
      expect.stringContaining("npm run retract -- "),
      expect.stringContaining("npm run replay -- "),
      "npm run forget -- --post 20",
    ]);
  });
});
