import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { askFirst } from "../../../../../terraform/operate/cli/ask-first.ts";

const openTerminal = (isTTY = true) => ({
  input: Object.assign(new PassThrough(), { isTTY }),
  output: Object.assign(new PassThrough(), { isTTY }),
});
const never = new AbortController().signal;

test.each([
  ["y", true],
  ["Yes", true],
  ["n", false],
  ["", false],
  ["yesterday", false],
])("%j to a question is %s", async (answer, isYes) => {
  const terminal = openTerminal();
  const asked = askFirst("Go on?", never, terminal);
  terminal.input.write(`${answer}\n`);
  expect(await asked).toBe(isYes);
  expect(String(terminal.output.read())).toBe("Go on? [y/N] ");
});

test("Ctrl-D is a no", async () => {
  const terminal = openTerminal();
  const asked = askFirst("Go on?", never, terminal);
  terminal.input.end();
  expect(await asked).toBe(false);
});

test("Ctrl-C is a no", async () => {
  const interruption = new AbortController();
  const asked = askFirst("Go on?", interruption.signal, openTerminal());
  interruption.abort();
  expect(await asked).toBe(false);
});

test("a script is not asked", async () => {
  const terminal = openTerminal(false);
  expect(await askFirst("Go on?", never, terminal)).toBe(true);
  expect(terminal.output.read()).toBeNull();
});
