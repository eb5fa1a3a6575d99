import Table from "cli-table3";
import { parseArguments } from "../../terraform/operate/cli/parse-arguments.ts";
import { runCommand } from "../../terraform/operate/cli/run-command.ts";
import { UserError } from "../../terraform/operate/cli/user-error.ts";
import { benchAnomalies } from "./bench-anomalies.ts";
import { benchAppendMemory } from "./bench-append-memory.ts";
import { benchClosing } from "./bench-closing.ts";
import { benchCodec } from "./bench-codec.ts";
import { benchColdStart } from "./bench-cold-start.ts";
import { benchDashboard } from "./bench-dashboard.ts";
import { benchEndToEnd } from "./bench-end-to-end.ts";
import { benchHttp } from "./bench-http.ts";
import { benchLoadObject } from "./bench-load-object.ts";
import { benchLocalRun } from "./bench-local-run.ts";
import { benchNormalize } from "./bench-normalize.ts";
import { benchObjects } from "./bench-objects.ts";
import { benchRedrive } from "./bench-redrive.ts";
import { benchSources } from "./bench-sources.ts";
import { benchStreams } from "./bench-streams.ts";
import { benchUrls } from "./bench-urls.ts";
import { benchWebhook } from "./bench-webhook.ts";
import type { Measurement } from "./measurement.ts";

const benches: Record<string, () => Promise<Measurement[]>> = {
  urls: benchUrls,
  normalize: benchNormalize,
  sources: benchSources,
  streams: benchStreams,
  objects: benchObjects,
  http: benchHttp,
  codec: benchCodec,
  closing: benchClosing,
  anomalies: benchAnomalies,
  "append-memory": benchAppendMemory,
  "cold-start": benchColdStart,
  webhook: benchWebhook,
  "load-object": benchLoadObject,
  "end-to-end": benchEndToEnd,
  "local-run": benchLocalRun,
  redrive: benchRedrive,
  dashboard: benchDashboard,
};

const help = `npm run bench -- [name …]

Measures what the project promises, each ratio within one run, and exits 1 when a bound does not
hold. Names: ${Object.keys(benches).join(", ")}; without one, all of them.
`;

async function bench(args: string[]): Promise<number> {
  const { values, positionals: names } = parseArguments({
    args,
    allowPositionals: true,
    options: { help: { type: "boolean", short: "h", default: false } },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const unknown = names.filter((name) => !Object.hasOwn(benches, name));
  if (unknown.length > 0)
    throw new UserError(`no benchmark '${unknown.join("', '")}'. Try --help.`);
  const table = new Table({
    head: ["figure", "measured", "bound", ""],
    colAligns: ["left", "right", "right", "left"],
    style: { head: [], border: [], compact: true },
  });
  let holds = true;
  for (const [name, measure] of Object.entries(benches)) {
    if (names.length > 0 && !names.includes(name)) continue;
    process.stderr.write(`measuring ${name} …\n`);
    for (const measurement of await measure()) {
      const { value, unit, bound } = measurement;
      const digits = Math.abs(value) < 100 ? 2 : 0;
      const figure = value.toLocaleString("en", { maximumFractionDigits: digits });
      const verdict = bound === "" ? "" : measurement.holds ? "holds" : "DOES NOT HOLD";
      table.push([measurement.name, `${figure} ${unit}`, bound, verdict]);
      holds &&= measurement.holds;
    }
  }
  console.log(table.toString());
  return holds ? 0 : 1;
}

if (import.meta.main) await runCommand("bench", bench);
