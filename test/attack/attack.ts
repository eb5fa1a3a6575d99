import Table from "cli-table3";
import { buildFunctions } from "../../terraform/build-functions.ts";
import { parseArguments, wholeNumber } from "../../terraform/operate/cli/parse-arguments.ts";
import { runCommand } from "../../terraform/operate/cli/run-command.ts";
import { UserError } from "../../terraform/operate/cli/user-error.ts";
import { xSecret } from "../support/sign-webhooks.ts";
import { attackMemory, type MemoryReport } from "./attack-memory.ts";
import { attackWebhook } from "./attack-webhook.ts";
import { startVictims, type Victims, wake } from "./victims.ts";

const attacks: Record<string, (victims: Victims, options: Options) => Promise<boolean>> = {
  memory: attackEachMemory,
  webhook: attackTheWebhook,
};

const help = `npm run attack -- [name …]

Attacks the functions, as they are deployed, on a local cloud of this machine, and nothing else.

  npm run attack
  npm run attack -- memory --function normalize-tweets --seconds 10

  memory           the worst messages, files and requests at full concurrency: no function takes more
                   than 0.8 of the memory in its function.json, fails or restarts
  webhook          24 connections that hold unsigned bodies back: 99 % of honest deliveries get in
  --function NAME  memory of this one only
  --seconds N      for the memory of each function (default 30)
  --help           this text

Exit codes: 0 it holds, 1 it does not, or a failure, 2 a wrong argument, 130 interrupted.
`;

type Options = { function: string | undefined; seconds: number };

async function attack(args: string[]): Promise<number> {
  const { values, positionals: names } = parseArguments({
    args,
    allowPositionals: true,
    options: {
      function: { type: "string" },
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
  await buildFunctions();
  const victims = await startVictims();
  try {
    let holds = true;
    for (const [name, run] of Object.entries(attacks)) {
      if (names.length > 0 && !names.includes(name)) continue;
      if (!(await run(victims, { function: values.function, seconds }))) holds = false;
    }
    return holds ? 0 : 1;
  } finally {
    await victims.stop();
  }
}

async function attackEachMemory(victims: Victims, options: Options): Promise<boolean> {
  const chosen = victims.manifests.filter(({ name }) => name === (options.function ?? name));
  if (chosen.length === 0) throw new UserError(`no function is called '${options.function}'`);
  const reports: MemoryReport[] = [];
  for (const manifest of chosen) {
    process.stderr.write(`attacking the memory of ${manifest.name} …\n`);
    const report = await attackMemory(victims, manifest, options);
    process.stderr.write(`${renderReports([report])}\n`);
    reports.push(report);
  }
  process.stdout.write(`${renderReports(reports)}\n`);
  return reports.every(({ holds }) => holds);
}

async function attackTheWebhook({ cloud }: Victims): Promise<boolean> {
  process.stderr.write("attacking receive-webhook with bodies that are held back …\n");
  const { accepted, sent, connections, holds } = await attackWebhook(
    await wake(cloud, "receive-webhook"),
    xSecret,
  );
  const verdict = holds ? "holds" : "DOES NOT HOLD";
  process.stdout.write(
    `honest deliveries accepted: ${accepted} of ${sent}, beside ${connections} connections that stall: ${verdict}\n`,
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
      (one.peakBytes / one.memoryBytes).toFixed(2),
      one.answered.toLocaleString("en"),
      one.deferred.toLocaleString("en"),
      (one.failed + one.restarts).toLocaleString("en"),
      one.worst,
      one.holds ? "holds" : "DOES NOT HOLD",
    ]);
  }
  return table.toString();
}

if (import.meta.main) await runCommand("attack", attack);
