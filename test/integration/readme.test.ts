import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { text } from "node:stream/consumers";
import { BigQuery } from "@google-cloud/bigquery";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { generateTweets } from "../producer/generate-tweets.ts";
import { waitUntil } from "../support/wait-until.ts";

const root = join(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const commands = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap((match) =>
  (match[1] ?? "").split("\n").filter(Boolean),
);

/** Runs the text that follows it. */
const node: [string, ...string[]] = [process.execPath, "--input-type=module", "-e"];
const python = process.env.BIGQUERY_CLIENTS_PYTHON ?? "python3";
const hasPythonClient = spawnSync(python, ["-c", "import google.cloud.pubsub_v1"]).status === 0;
if (!hasPythonClient) {
  console.warn(`skipped: ${python} has no google-cloud-pubsub (BIGQUERY_CLIENTS_PYTHON)`);
}

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

const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));

/** What npm makes of `npm run NAME -- ARGUMENTS`: npm itself, which takes a while, is run for `npm start`. */
const scriptOfNpm = (command: string): string =>
  command.replaceAll(/npm run (\S+)( --(?= ))?/g, (_, name: string) => {
    expect(Object.keys(scripts)).toContain(name);
    return `PATH=node_modules/.bin:$PATH ${scripts[name]}`;
  });

/** A command as it stands in the README; set-up, which has been done, is left out. */
function start(command: string): {
  child: ChildProcess;
  output: () => string;
  errors: () => string;
} {
  expect(commands).toContain(command);
  const own = scriptOfNpm(command.replace("npm ci && ", ""));
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

/** The block of the README in this language that holds these words. */
function scriptOf(language: string, words: string): string {
  const blocks = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  const [, , script = ""] =
    blocks.find(([, name, text]) => name === language && text?.includes(words)) ?? [];
  expect(script).not.toBe("");
  return script;
}

/** What Ctrl-C does on a terminal: an interrupt for the whole group of processes. */
async function interrupt(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, "SIGINT");
  await once(child, "close");
}

/** SHA-256 of all that is deployed of the functions, by its path. */
function hashesOfBundles(): Record<string, string> {
  const dist = join(root, "dist");
  const files = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    files.map((file) => [
      relative(dist, file),
      createHash("sha256").update(readFileSync(file)).digest("hex"),
    ]),
  );
}

const stateFolder = join(root, ".hourtally");
const patience = { timeout: 90_000, interval: 100 };

/** A small `npm start`, by npm itself or without it. */
function startCloud(...[command, ...args]: [string, ...string[]]) {
  const child = spawn(command, [...args, "--generate", "10"], {
    cwd: root,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  return { child, errors: () => errors };
}

/** The process that is starting a cloud; npm does not tell whom it has started. */
async function pidOfStart(): Promise<number> {
  const claim = () => readFileSync(join(stateFolder, "starting"), "utf8");
  await expect.poll(claim, { ...patience, interval: 10 }).toMatch(/^\d+$/);
  return Number(claim());
}

/** No server, no state: the next start finds what the first one found. */
async function expectNothingAfter(end: () => void): Promise<void> {
  const { bigquery, functions } = z
    .object({ bigquery: z.string(), functions: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(stateFolder, "cloud.json"), "utf8")));
  end();
  await expect.poll(() => existsSync(join(stateFolder, "cloud.json")), patience).toBe(false);
  const urls = [bigquery, ...Object.values(functions)];
  const answers = () => Promise.allSettled(urls.map((url) => fetch(url)));
  const refused = { status: "rejected", reason: new TypeError("fetch failed") };
  await expect.poll(answers, patience).toEqual(urls.map(() => refused));
  expect(existsSync(join(stateFolder, "starting"))).toBe(false);
}

describe("the commands of the README", () => {
  let up: ReturnType<typeof start>;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "hourtally-readme-"));
    up = start("npm ci && npm start");
    await waitUntil("it is up", () => up.errors().includes("Up until Ctrl-C."), 280_000);
  }, 300_000);

  afterAll(async () => {
    await interrupt(up.child);
    await rm(folder, { recursive: true });
  });

  /** What `npm start` has printed for a client to be set to. */
  const told = (variable: string): string =>
    new RegExp(`${variable}=(\\S+)`).exec(up.errors())?.[1] ?? "";

  /** Ends well and complains of nothing; what it printed. */
  async function runScript([command, ...args]: [string, ...string[]], script: string) {
    const child = spawn(command, [...args, script], {
      cwd: root,
      env: {
        ...process.env,
        BIGQUERY_EMULATOR_HOST: told("BIGQUERY_EMULATOR_HOST"),
        PUBSUB_EMULATOR_HOST: told("PUBSUB_EMULATOR_HOST"),
        METADATA_SERVER_DETECTION: "none",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const closed = once(child, "close");
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect({ code: (await closed)[0], errors }).toEqual({ code: 0, errors: "" });
    return output;
  }

  test("npm start counts a generated stream, tells how and shows the top links", () => {
    const lines = up.errors();
    expect(told("PUBSUB_EMULATOR_HOST")).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(lines).toContain("npm run produce -- --input -");
    expect(lines).toMatch(/received 5,000 = [\d,]+ tweets \+ /);
    expect(lines).toMatch(/│ link +│ mentions │ authors │/);
  });

  test("npm start finds the one hour that is not like the others, and says why", () => {
    const told = up.errors().match(/^unusual .+$/gm);
    expect(told).toEqual([
      expect.stringMatching(
        /^unusual {2}[\d,]+ events of url-mentions at \d\d UTC; \d+ to \d+ are usual for a \w+day at this hour; \d[\d.]* times the expected$/,
      ),
    ]);
  });

  test("one's own tweet is counted", async () => {
    const echo = commands.find((command) => command.startsWith("echo "));
    await run(echo ?? "");
    await expect.poll(() => up.errors(), { interval: 200 }).toMatch(/received 5,001 = /);
  });

  test("generated events are published, and a joined npm start sums up what it added", async () => {
    await run("npm run produce -- --generate 1000 --seed 7 --rate 500");
    await run("npm run produce -- --turnstiles 1000");
    const { output } = await run("npm start --silent -- --generate 2000 --seed 9 --exit --json");
    const { ignored, ...sums } = summary.parse(JSON.parse(output));
    expect(sums).toMatchObject({ received: 2_000, failed: 0 });
    const notices = Object.entries(ignored).filter(([reason]) => reason.startsWith("notice-"));
    const noticed = notices.reduce((sum, [, n]) => sum + n, 0);
    expect(sums.received).toBe(sums.tweets + sums.duplicates + sums.deletes + noticed);
    const all = Object.values(ignored).reduce((sum, n) => sum + n, 0);
    expect(sums.links).toBe(sums.mentions + all - noticed);
    expect(ignored.deleted).toBeGreaterThan(0);
  });

  test("a file that is dropped into the landing folder is counted", async () => {
    const file = join(folder, "tweets.jsonl");
    const tweets = generateTweets({ count: 100, seed: 99, endingAt: new Date() });
    await writeFile(file, Array.from(tweets, ({ json }) => `${json}\n`).join(""));
    const command = commands.find((one) => one.includes("npm run upload"));
    expect(command).toBe("npm run upload -- FILE landing/tweets/");
    const child = spawn("bash", ["-c", scriptOfNpm(`${command?.replace("FILE", file)}`)], {
      cwd: root,
      stdio: "ignore",
    });
    expect((await once(child, "close"))[0]).toBe(0);
    await expect.poll(() => up.errors(), { interval: 200 }).toMatch(/received 8,101 = /);
  });

  test("the counts are there for Google's own client", async () => {
    const output = await runScript(node, scriptOf("js", "new BigQuery("));
    expect(output).toMatch(/hour.+url_key.+mentions/);
    expect(output.match(/'20\d\d-\d\d-\d\d \d\d:00:00\+00'/g)).toHaveLength(10);
  });

  test("what one's own program publishes is counted", async () => {
    const bigQuery = new BigQuery({
      projectId: "hourtally-local",
      apiEndpoint: told("BIGQUERY_EMULATOR_HOST"),
    });
    const pages = async () => {
      const query = `SELECT url_key FROM hourtally.url_hours_exact WHERE host = 'example.com'
        AND hour BETWEEN '2006-03-21 21:00:00' AND '2006-03-21 22:00:00' ORDER BY hour`;
      return (await bigQuery.query(query))[0];
    };
    await runScript(node, scriptOf("js", "new PubSub("));
    if (hasPythonClient) await runScript([python, "-c"], scriptOf("python", "pubsub_v1"));
    const published = hasPythonClient ? ["node", "python"] : ["node"];
    await expect
      .poll(pages, { interval: 200 })
      .toEqual(published.map((name) => ({ url_key: `example.com/${name}` })));
  });

  test("what went wrong is made good", async () => {
    const sentences = {
      redrive: /^0 failed events would be sent back\.$/m,
      retract:
        /^Retracted in .+\. Now count those hours anew:\n\n {2}npm run replay -- --from 2026-01-02T02:00:00\.000Z --to /m,
      forget: /^Post x:20 will be out of all views and counts in a few seconds\.$/m,
    };
    for (const [script, sentence] of Object.entries(sentences)) {
      const command = commands.find((one) => one.startsWith(`npm run ${script} `));
      expect((await run(command ?? "")).errors, script).toMatch(sentence);
    }
    // Nothing came in the hours that stand there for an example.
    const replay = start(commands.find((one) => one.startsWith("npm run replay ")) ?? "");
    expect(await once(replay.child, "close")).toEqual([2, null]);
    expect(replay.errors()).toContain("no archived input of tweets in that time");
  });

  test("a key is looked up, whether it is there or not", async () => {
    const lookup = commands.find((command) => command.includes("run lookup"));
    expect((await run(lookup ?? "")).errors).toMatch(
      /^(No hour of this range|example\.org\/page: in)/m,
    );
  });

  test("what was counted is taken elsewhere", async () => {
    const lines = await run("npm run export -- 'turnstile_lines(5)' --format csv");
    expect(lines.output).toMatch(
      /^gs:\/\/hourtally-lake\/exports\/turnstile_lines\/\d{8}T\d{6}\.\d{3}Z\/0{12}\.csv\.gz\n$/,
    );
    await run("npm run export -- reaction_graph --into edges");
    const edges = join(root, "edges");
    const bytes = readFileSync(join(edges, "000000000000.parquet"));
    await rm(edges, { recursive: true });
    const rows = await parquetReadObjects({ file: new Uint8Array(bytes).buffer });
    expect(rows.length).toBeGreaterThan(100);
    expect(rows[0]).toEqual({
      source: expect.stringMatching(/^x:\d+$/),
      target: expect.stringMatching(/^x:\d+$/),
      weight: expect.any(BigInt),
      interactions: expect.any(BigInt),
      reshares: expect.any(BigInt),
      first_at: expect.any(Date),
      last_at: expect.any(Date),
    });
  });

  test("a seed proves the counts", async () => {
    const simulate = commands.find((command) => command.includes("run simulate"));
    const { output } = await run(simulate ?? "");
    expect(output).toMatch(/^lost +0\nduplicated +0\nunexpected +0$/m);
  });

  test("links are explained", async () => {
    const explain = commands.find((command) => command.includes("explain-url"));
    expect((await run(explain ?? "")).output).toContain("2 links, 1 key");
  });

  test("the others do what they say, and of the same sources is built the same", async () => {
    const before = hashesOfBundles();
    expect(Object.keys(before)).toContain("normalize-tweets/package-lock.json");
    expect((await run("npm run build")).output).toContain("normalize-tweets");
    expect(hashesOfBundles()).toEqual(before);
    await run("npm run generate");
  });

  test("Ctrl-C ends it all", async () => {
    const cloudFile = join(root, ".hourtally/cloud.json");
    const { bigquery } = z
      .object({ bigquery: z.string() })
      .parse(JSON.parse(readFileSync(cloudFile, "utf8")));
    await interrupt(up.child);
    expect(existsSync(cloudFile)).toBe(false);
    await expect(fetch(bigquery)).rejects.toThrow("fetch failed");
  });

  test("of two at once in one checkout one says what to do, and npm that is told to end ends the other", async () => {
    const own = startCloud("npm", "start", "--");
    const pid = await pidOfStart();
    // However fast it is, it is not up before the other one looks.
    process.kill(pid, "SIGSTOP");
    const refused = startCloud(process.execPath, "test/demo/start.ts");
    const [code] = await once(refused.child, "close");
    process.kill(pid, "SIGCONT");
    expect(refused.errors()).toContain(
      `another npm start is starting here (process ${pid}): wait until it is up`,
    );
    expect(code).toBe(1);
    await expect.poll(own.errors, patience).toContain("Up until Ctrl-C.");
    await expectNothingAfter(() => own.child.kill("SIGTERM"));
  });

  test("no command stands there that is not run here", () => {
    const known = [
      "npm ci && npm start",
      // This very run.
      "npm ci && npm test",
      "npm start --silent -- --generate 2000 --seed 9 --exit --json",
      "npm run upload -- FILE landing/tweets/",
      "npm run generate",
      "npm run build",
      "npm run produce -- --turnstiles 1000",
      "npm run export -- reaction_graph --into edges",
      "npm run export -- 'turnstile_lines(5)' --format csv",
    ];
    // Where it is installed, with Google's own emulator; from servers of others, by servers that stand
    // in for them; and files of one's own, by the tests of uploads and of what counts them.
    const elsewhere = [
      /^gcloud /,
      /npm run produce -- --(?:bluesky|mastodon)/,
      /^npm run upload -- \S+\.(?:txt|csv\.gz|log\.gz) .*landing\/(?:texts|turnstiles|log-lines)\//,
    ];
    const others = commands.filter(
      (command) => !known.includes(command) && !elsewhere.some((one) => one.test(command)),
    );
    expect(others.map((command) => command.replace(/ .*(?=npm)/, " … "))).toEqual([
      "echo … npm run produce -- --input -",
      "npm run produce -- --generate 1000 --seed 7 --rate 500",
      expect.stringContaining("npm run lookup -- "),
      expect.stringContaining("npm run explain-url -- "),
      "npm run simulate -- --seed 17 --events 500",
      expect.stringContaining("npm run redrive -- "),
      expect.stringContaining("npm run retract -- "),
      expect.stringContaining("npm run replay -- "),
      "npm run forget -- --post 20",
    ]);
  });
});
