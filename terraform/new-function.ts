import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeGenerated } from "./generate.ts";
import { parseArguments } from "./operate/cli/parse-arguments.ts";
import { runCommand } from "./operate/cli/run-command.ts";
import { UserError } from "./operate/cli/user-error.ts";
import { renderFunction } from "./render-function.ts";

const help = `Makes the folder of a new function, with a test, that passes every check as it is.

Usage: npm run new-function -- NAME [options]

  NAME                verb and noun, such as normalize-feeds
  --topic NAME        the topic that triggers it; what follows the verb by default (feeds)
  --description TEXT  one sentence without its full stop, for function.json and the README
  -h, --help          this text

functions/README.md tells what to do next.
`;

const root = join(import.meta.dirname, "..");
const topicName = /^[a-z][a-z0-9-]*$/;
/** Cloud Run's limit for a service is 63, and accounts are named by it, too. */
const functionName = /^[a-z]+(?:-[a-z0-9]+)+$/;

async function newFunction(args: string[]): Promise<void> {
  const { values, positionals } = parseArguments({
    args,
    allowPositionals: true,
    options: {
      topic: { type: "string" },
      description: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const [name = "", ...others] = positionals;
  if (others.length > 0) throw new UserError(`one function at a time, not ${positionals.length}`);
  if (!functionName.test(name) || name.length > 40) {
    throw new UserError(`'${name}': a verb and a noun, such as normalize-feeds. Try --help.`);
  }
  const topic = values.topic ?? name.slice(name.indexOf("-") + 1);
  if (!topicName.test(topic)) throw new UserError(`--topic ${topic}: not the name of a topic`);
  const description = values.description ?? `Reads the messages of ${topic}`;
  const files = renderFunction({ name, topic, description });
  for (const path of files.keys()) {
    if (existsSync(join(root, path))) throw new UserError(`${path} is there already`);
  }
  for (const [path, content] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content, { flag: "wx" });
  }
  await listFunction(name, description);
  await writeGenerated(import.meta.dirname);
  const made = [...files.keys(), `terraform/manifests/${name}.json`];
  process.stdout.write(`${made.join("\n")}\n\nIt runs with the next npm start. Next:\n`);
  process.stdout.write(`  functions/${name}/function.json  say what it publishes, and why\n`);
  process.stdout.write(`  functions/${name}/README.md      tell the same\n`);
  process.stdout.write(
    "  functions/README.md              its line, where it stands in the flow\n",
  );
  process.stdout.write("  npm run check                    passes now, and should all the way\n");
}

/** Below all others in the list of functions. */
async function listFunction(name: string, description: string): Promise<void> {
  const path = join(root, "functions/README.md");
  const readme = await readFile(path, "utf8");
  const end = readme.indexOf("\n\n", readme.indexOf("| function | does |"));
  const row = `| [\`${name}\`](${name}/README.md) | ${description} |`;
  await writeFile(path, `${readme.slice(0, end)}\n${row}${readme.slice(end)}`);
}

if (import.meta.main) await runCommand("new-function", newFunction);
