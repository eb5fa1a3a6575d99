import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const cli = join(import.meta.dirname, "../../../../../terraform/operate/cli");

/** What a command prints, by each way, byte by byte. */
function run(command: string): string {
  const source = `
    import { runCommand } from ${JSON.stringify(`${cli}/run-command.ts`)};
    await runCommand("test", async () => { ${command} });
  `;
  const args = ["--input-type=module-typescript", "--eval", source];
  return execFileSync(process.execPath, args, { encoding: "utf8" });
}

test("no row, link or reason that a command prints is obeyed by the terminal", () => {
  const hostile = '"a\\u001b[2J\\u202e\\u009bc"';
  const safe = "a\\u001b[2J\\u202e\\u009bc";
  expect(run(`process.stdout.write(${hostile});`)).toBe(safe);
  expect(run(`console.log(${hostile});`)).toBe(`${safe}\n`);
  expect(run(`console.log({ reason: ${hostile} });`)).not.toMatch(/[^\P{C}\n]/u);
});

test("nor is an error that ends it", () => {
  const source = `
    import { runCommand } from ${JSON.stringify(`${cli}/run-command.ts`)};
    await runCommand("test", () => Promise.reject(new Error("no \\u001b[31mtable")));
  `;
  const args = ["--input-type=module-typescript", "--eval", source];
  const script = `"$0" "$@" 2>&1 || true`;
  const printed = execFileSync("sh", ["-c", script, process.execPath, ...args], {
    encoding: "utf8",
  });
  expect(printed).toBe("test: no \\u001b[31mtable\n");
});

test("a command whose output nobody reads to the end says nothing of it", () => {
  const source = `
    import { runCommand } from ${JSON.stringify(`${cli}/run-command.ts`)};
    await runCommand("test", async () => {
      for (;;) await new Promise((resolve) => process.stdout.write("line\\n".repeat(10_000), resolve));
    });
  `;
  const args = ["--input-type=module-typescript", "--eval", source];
  const script = `{ "$0" "$@" 2>&1 >&3; echo "code $?"; } 3>&1 1>&2 | head -1`;
  const printed = execFileSync("bash", ["-c", `{ ${script}; } 2>&1`, process.execPath, ...args], {
    encoding: "utf8",
  });
  expect(printed).toBe("line\ncode 141\n");
});
