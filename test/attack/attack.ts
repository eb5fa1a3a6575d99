import Table from "cli-table3";
import { ensureBuilt } from "../../terraform/ensure-built.ts";
import { parseArguments, wholeNumber } from "../../terraform/operate/cli/parse-arguments.ts";
import { runCommand } from "../../terraform/operate/cli/run-command.ts";
import { UserError } from "../../terraform/operate/cli/user-error.ts";
import { xSecret } from "../support/sign-webhooks.ts";
import { startTestCloud, type TestCloud } from "../support/test-cloud.ts";
import { attackMemory, type MemoryReport } from "./attack-memory.ts";
import { attackPoison } from "./attack-poison.ts";
import { attackWebhook } from "./attack-webhook.ts";
import { startVictims, type Victims, wake } from "./victims.ts";

const attacks = {
  memory: (options: Options) =>
    withVictims((victims) => attackEachMemory(victims, options), options),
  webhook: (options: Options) => withVictims(attackTheWebhook, options),
  poison: poisonTheCloud,
};

const help = `npm run attack -- [name …]

Attacks the functions, as they are deployed, on a local cloud of this machine, and nothing else.

  npm run attack
  npm run attack -- memory --function normalize-tweets --seconds 10

  memory           the worst messages, files and requests at full concurrency: no function takes more
                   than 0.8 of the memory in its function.json, fails or restarts. Each has its time,
                   and at most three times as much until all kinds were sent once
  webhook          24 connections that hold unsigned bodies back: 99 % of honest deliveries get in
  poison           messages that no function can take: 300 tweets behind them are counted within 10 s,
                   and nothing restarts
  --function NAME  memory of this one only; may be given several times
  --seconds N      for the memory of each function (default 30)
  --help           this text

Exit codes: 0 it holds, 1 it does not, or a failure, 2 a wrong argument, 130 interrupted.
`;

type Options = { functions: readonly string[]; seconds: number; signal: AbortSignal };

async function attack(args: string[], listen: () => AbortSignal): Promise<number | undefined> {
  const { values, positionals: names } = parseArguments({
    args,
    allowPositionals: true,
    options: {
      function: { type: "string", multiple: true, default: [] },
      seconds: { type: "string", default: "30" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const unknown = names.find((name) => !Object.hasOwn(attacks, name));
  if (unknown !== undefined) throw new UserError(`no attack '${unknown}'. Try --help.`);
  const seconds = wholeNumber("--seconds", values.seconds, { min: 1, max: 3_600 });
  process.env.X_CONSUMER_SECRET = xSecret;
  process.stderr.write("Building the functions and starting the local cloud …\n");
  await ensureBuilt();
  const signal = listen();
  let holds = true;
  for (const [name, run] of Object.entries(attacks)) {
    if (signal.aborted) return undefined;
    if (names.length > 0 && !names.includes(name)) continue;
    if (!(await run({ functions: values.function, seconds, signal }))) holds = false;
  }
  if (signal.aborted) return undefined;
  return holds ? 0 : 1;
}

async function withVictims(
  attackThem: (victims: Victims) => Promise<boolean>,
  { signal }: Options,
): Promise<boolean> {
  const victims = await startVictims();
  try {
    return await orInterrupted(attackThem(victims), signal);
  } finally {
    await victims.stop();
  }
}

/** Ctrl-C ends an attack wherever it is: what was attacked is stopped, and leaves nothing behind. */
function orInterrupted(attacking: Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  // Of what is stopped under its hands nobody wants to hear.
  attacking.catch(() => undefined);
  const interrupted = new Promise<boolean>((resolve) => {
    if (signal.aborted) resolve(false);
    signal.addEventListener("abort", () => resolve(false));
  });
  return Promise.race([attacking, interrupted]);
}

async function poisonTheCloud({ signal }: Options): Promise<boolean> {
  process.stderr.write("poisoning normalize-tweets …\n");
  const cloud = await startTestCloud();
  try {
    return await orInterrupted(reportPoison(cloud), signal);
  } finally {
    await cloud.stop();
  }
}

async function reportPoison(cloud: TestCloud): Promise<boolean> {
  const report = await attackPoison(cloud, cloud);
  const { counted, sent, seconds, kept, poisonous, restarts } = report;
  process.stdout.write(
    `tweets counted beside poison: ${counted} of ${sent} after ${seconds.toFixed(1)} s, ${kept} of ${poisonous} poisonous messages kept, ${restarts} restarts: ${verdictOf(report)}\n`,
  );
  return report.holds;
}

async function attackEachMemory(victims: Victims, options: Options): Promise<boolean> {
  const { functions } = options;
  const known = victims.manifests.map(({ name }) => name);
  const unknown = functions.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new UserError(`no function is called '${unknown}'`);
  const chosen = victims.manifests.filter(
    ({ name }) => functions.length === 0 || functions.includes(name),
  );
  const reports: MemoryReport[] = [];
  for (const manifest of chosen) {
    const { name } = manifest;
    const progress = (what: string) => showProgress(`${name}: ${what}`);
    const report = await attackMemory(victims, manifest, { seconds: options.seconds, progress });
    showProgress(undefined);
    if (options.signal.aborted) return false;
    process.stderr.write(`${name} ${verdictOf(report)}: ${shareOf(report)} of its memory\n`);
    reports.push(report);
  }
  process.stdout.write(`${renderReports(reports)}\n`);
  return reports.every(({ holds }) => holds);
}

/** What is under way now, in a line that is written over; nothing where nobody watches. */
function showProgress(text: string | undefined): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text ?? ""}`);
}

const verdictOf = ({ holds }: { holds: boolean }) => (holds ? "holds" : "DOES NOT HOLD");

const shareOf = ({ peakBytes, memoryBytes }: MemoryReport) => (peakBytes / memoryBytes).toFixed(2);

async function attackTheWebhook({ cloud }: Victims): Promise<boolean> {
  process.stderr.write("attacking receive-webhook with bodies that are held back …\n");
  const { accepted, sent, connections, holds } = await attackWebhook(
    await wake(cloud, "receive-webhook"),
    xSecret,
  );
  process.stdout.write(
    `honest deliveries accepted: ${accepted} of ${sent}, beside ${connections} connections that stall: ${verdictOf({ holds })}\n`,
  );
  return holds;
}

function renderReports(reports: readonly MemoryReport[]): string {
  const table = new Table({
    head: ["function", "peak", "of", "share", "answered", "deferred", "failed", "worst input", ""],
    colAligns: ["left", "right", "right", "right", "right", "right", "right", "left", "left"],
    style: { head: [], border: [], compact: true },
  });
  const mebibytes = (bytes: number) => `${Math.round(bytes / 1024 ** 2)} MiB`;
  for (const one of reports) {
    table.push([
      one.name,
      mebibytes(one.peakBytes),
      mebibytes(one.memoryBytes),
      shareOf(one),
      one.answered.toLocaleString("en"),
      one.deferred.toLocaleString("en"),
      describeFailures(one),
      one.worst,
      verdictOf(one),
    ]);
  }
  return table.toString();
}

function describeFailures({ failed, restarts, unsent }: MemoryReport): string {
  const counts = { ...failed, restarts, "kinds not sent": unsent };
  const told = Object.entries(counts).filter(([, count]) => count > 0);
  return told.map(([what, count]) => `${count} × ${what}`).join(", ") || "0";
}

if (import.meta.main) await runCommand("attack", attack);
