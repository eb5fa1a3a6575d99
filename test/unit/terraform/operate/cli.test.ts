import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { parseArguments, wholeNumber } from "../../../../terraform/operate/cli/parse-arguments.ts";

const root = join(import.meta.dirname, "../../../..");

/** JavaScript of a test with `runCommand` and `UserError` at hand. */
const scriptOf = (
  code: string,
) => `import { runCommand } from ${JSON.stringify(join(root, "terraform/operate/cli/run-command.ts"))};
    import { UserError } from ${JSON.stringify(join(root, "terraform/operate/cli/user-error.ts"))};
    ${code}`;

function start(code: string) {
  const child = spawn(process.execPath, ["--input-type=module", "-e", scriptOf(code)]);
  const ended = Promise.all([once(child, "close"), text(child.stdout), text(child.stderr)]).then(
    ([[exitCode], stdout, stderr]) => ({ code: exitCode, stdout, stderr }),
  );
  return { child, ended };
}

describe("a command", () => {
  test.each([
    ["resolves", `process.stdout.write("x".repeat(200_000));`, 0, ""],
    ["resolves with its own code", `return 7;`, 7, ""],
    ["was called wrongly", `throw new UserError("what?");`, 2, "it: what?\n"],
    ["fails", `throw new Error("a", { cause: new Error("b") });`, 1, "it: a: b\n"],
    ["fails with something open", `setInterval(() => {}, 1e6); throw "bad";`, 1, "it: bad\n"],
  ])("that %s", async (_name, body, code, stderr) => {
    const result = await start(`await runCommand("it", async () => { ${body} });`).ended;
    expect(result).toMatchObject({ code, stderr });
    expect(result.stdout.length).toBe(code === 0 ? 200_000 : 0);
  });

  test.skipIf(!existsSync("/dev/full"))("that meets a full disk says what to do", async () => {
    const fill = `const { writeFileSync } = await import("node:fs"); writeFileSync("/dev/full", "x");`;
    const result = await start(`await runCommand("it", async () => { ${fill} });`).ended;
    expect(result).toMatchObject({
      code: 1,
      stderr: `it: ENOSPC: no space left on device, write
The disk is full: make room, then run it again.
`,
    });
  });

  const ready = `process.stdout.write("ready\\n");`;
  const waits = `const signal = listen(); ${ready} setInterval(() => {}, 1e6);
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));`;

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("ends in its own way after %s", async (name, code) => {
    const { child, ended } = start(
      `await runCommand("it", async (args, listen) => { ${waits} process.stdout.write("done"); });`,
    );
    await once(child.stdout, "data");
    child.kill(name);
    // As npm does.
    child.kill(name);
    expect(await ended).toMatchObject({ code, stdout: expect.stringMatching(/done$/), stderr: "" });
  });

  test.skipIf(!existsSync("/proc/self/stat"))(
    "ends when npm is killed, whose shell is not",
    async () => {
      const script = scriptOf(
        `await runCommand("it", async (args, listen) => { ${waits} process.stdout.write("done"); });`,
      );
      // With something left to do, no shell gives its place to what it starts.
      const npm = spawn("bash", ["-c", `sh -c '"$NODE" --input-type=module -e "$SCRIPT"; :'; :`], {
        env: {
          ...process.env,
          NODE: process.execPath,
          SCRIPT: script,
          npm_lifecycle_event: "start",
        },
        stdio: ["ignore", "pipe", "inherit"],
      });
      const printed = text(npm.stdout);
      await once(npm.stdout, "data");
      npm.kill("SIGKILL");
      expect(await printed).toMatch(/done$/);
    },
  );

  test("ends at once after a second Ctrl-C", async () => {
    const { child, ended } = start(
      `await runCommand("it", async (args, listen) => { ${waits} await new Promise(() => {}); });`,
    );
    await once(child.stdout, "data");
    child.kill("SIGINT");
    // However late the first is heard, one comes more than a second after it.
    const again = setInterval(() => child.kill("SIGINT"), 1_200);
    expect((await ended).code).toBe(130);
    clearInterval(again);
  });

  test("that does not listen ends at once", async () => {
    const { child, ended } = start(
      `await runCommand("it", async () => { ${ready} await new Promise(() => setInterval(() => {}, 1e6)); });`,
    );
    await once(child.stdout, "data");
    child.kill("SIGINT");
    await ended;
    expect(child.signalCode).toBe("SIGINT");
  });
});

describe("arguments", () => {
  test("are those of node", () => {
    const options = { json: { type: "boolean", default: false } } as const;
    expect(parseArguments({ args: ["--json"], options }).values.json).toBe(true);
  });

  test.each([["--jsn"], ["--json=5"], ["file"]])("%s is refused", (argument) => {
    expect(() =>
      parseArguments({ args: [argument], options: { json: { type: "boolean" } } }),
    ).toThrow(
      expect.objectContaining({
        name: "UserError",
        message: expect.stringMatching(/ Try --help\.$/),
      }),
    );
  });

  test.each([
    ["7", 7],
    ["10_000", 10_000],
    ["5", 5],
    ["20000", 20_000],
  ])("%s is a whole number from 5 to 20000", (given, number) => {
    expect(wholeNumber("--n", given, { min: 5, max: 20_000 })).toBe(number);
  });

  test.each(["4", "20001", "-7", "1.5", "1e3", "0x10", "_7", "", "99999999999999999999"])(
    "'%s' is none",
    (given) => {
      expect(() => wholeNumber("--n", given, { min: 5, max: 20_000 })).toThrow(
        `--n ${given}: must be a whole number from 5 to 20000`,
      );
    },
  );
});

/** Tells on standard error what is loaded. */
const spy = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  registerHooks({ load(url, context, next) { process.stderr.write(url + "\\n"); return next(url, context); } });
`)}`;

test.each(["redrive", "replay", "retract", "forget", "upload"])(
  "the help of %s is there before anything large is loaded",
  async (name) => {
    const command = join(root, `terraform/operate/${name}.ts`);
    const child = spawn(process.execPath, ["--import", spy, command, "--help"]);
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const loaded = stderr.split("\n");
    expect(stdout).toContain(`npm run ${name} -- `);
    expect(loaded).toContainEqual(expect.stringContaining("cloud-file.ts"));
    const large =
      /duckdb|esbuild|@google-cloud|grpc|\/local-cloud\/(?!cloud-file\.ts|tcp-port\.ts)/;
    expect(loaded.filter((url) => large.test(url))).toEqual([]);
  },
);
