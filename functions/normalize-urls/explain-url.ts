import { parseArgs, styleText } from "node:util";
import { escapeControls } from "../../shared/environment/escape-controls.ts";
import { type IgnoredReason, keyVersion, traceUrl } from "../../shared/links/normalize-url.ts";
import { describeRule } from "../../shared/links/url/describe-rule.ts";

const help = `Explains the key of a link: what each step of the policy changed, and why.

Usage: npm run explain-url -- <url>…

  <url>       a link as shared; quote it, because of & and ?
              several show at the end which of them share a key
  -h, --help  this text

Colours are used on a terminal only; NO_COLOR turns them off.
The policy by example: functions/normalize-urls/URL-POLICY.md
`;

/** What is written for a step that left its part alone. */
const unchanged = "unchanged";
const nothing = "nothing";
/** The most characters of a change on one line. */
const width = 80;

/** The explanation of each link and, for several, of which share a key. */
export function explainUrls(urls: readonly string[]): string {
  const explained = urls.map((url, index) =>
    explainUrl(url, urls.length > 1 ? index + 1 : undefined),
  );
  return urls.length > 1
    ? `${explained.join("\n")}\n${explainSharing(urls)}`
    : explained.join("\n");
}

function explainUrl(url: string, number: number | undefined): string {
  const { result, steps } = traceUrl(url);
  const title = number === undefined ? escapeControls(url) : `${number}  ${escapeControls(url)}`;
  const lines = [styleText("bold", title), ""];
  for (const { step, before, after, rules } of steps) {
    if (before === after && rules.length === 0) {
      lines.push(line(step, styleText("dim", unchanged)));
      continue;
    }
    lines.push(...describeChange(step, before, after));
    const reasons = rules.map(describeRule);
    if (reasons.length === 0 && before !== after)
      reasons.push(spellings.get(step) ?? "one spelling");
    for (const reason of new Set(reasons))
      lines.push(line("", styleText("dim", escapeControls(reason))));
  }
  lines.push("");
  if ("ignored" in result) {
    lines.push(line("ignored", styleText("yellow", ignoredFor[result.ignored])));
    if (result.urlKey !== undefined) lines.push(line("would be", escapeControls(result.urlKey)));
  } else {
    lines.push(line("key", styleText(["bold", "green"], escapeControls(result.urlKey))));
    lines.push(line("url", escapeControls(result.url)));
    lines.push(line("version", String(keyVersion)));
  }
  return `${lines.join("\n")}\n`;
}

/** Before and after on one line, or on two where that is too wide. */
function describeChange(step: string, before: string, after: string): string[] {
  if (before === after) return [line(step, shown(after))];
  if (before.length + after.length <= width) {
    return [line(step, `${shown(before)}  →  ${shown(after)}`)];
  }
  return [line(step, shown(before)), line("", `→  ${shown(after)}`)];
}

/** Why a step changes a part without a rule of its own. */
const spellings = new Map([
  ["parse", "as WHATWG writes it: host in lower case and punycode, dot segments resolved"],
  ["host", "without a port that http or https implies"],
  ["path", "without its trailing slash"],
  ["query", "one spelling: no empty parts, + as %20, escapes in upper case"],
]);

const ignoredFor: Record<IgnoredReason, string> = {
  "not-http": "not-http: neither http nor https",
  "no-public-suffix": "no-public-suffix: the host is on no public list of suffixes",
  "ip-address": "ip-address: the host is an address, not a name",
  unparsable: "unparsable: no browser would open it",
};

function explainSharing(urls: readonly string[]): string {
  const sharing = Map.groupBy(urls.keys(), (index) => outcomeOf(urls[index] ?? ""));
  const longest = Math.max(...[...sharing.keys()].map((key) => key.length));
  const rows = [...sharing].map(([key, indexes]) => {
    const numbers = indexes.map((index) => index + 1).join(", ");
    return `  ${styleText("green", key.padEnd(longest))}  ${numbers}`;
  });
  const title = `${urls.length} links, ${sharing.size} ${sharing.size === 1 ? "key" : "keys"}`;
  return `${styleText("bold", title)}\n\n${rows.join("\n")}\n`;
}

function outcomeOf(url: string): string {
  const { result } = traceUrl(url);
  return "ignored" in result ? `ignored: ${result.ignored}` : escapeControls(result.urlKey);
}

function line(label: string, text: string): string {
  return `  ${label.padEnd(9)} ${text}`;
}

function shown(part: string): string {
  return part === "" ? styleText("dim", nothing) : escapeControls(part);
}

/** The exit code: 0, or 2 for arguments that it does not take. */
function explain(args: string[]): number {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { help: { type: "boolean", short: "h", default: false } },
    });
    if (!values.help && positionals.length === 0) throw new Error("no link given.");
    process.stdout.write(values.help ? help : explainUrls(positionals));
    return 0;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `explain-url: ${escapeControls(reason).replace(/\.?$/, ".")} Try --help.\n`,
    );
    return 2;
  }
}

if (import.meta.main) process.exitCode = explain(process.argv.slice(2));
