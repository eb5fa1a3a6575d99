import { expect, test, vi } from "vitest";
import { terminal } from "../../../terraform/operate/cli/guard-output.ts";
import { checkEmulator } from "../../demo/check-emulator.ts";
import { showProgress } from "../../demo/show-progress.ts";
import { waitUntilCounted } from "../../demo/wait-until-counted.ts";

test("waiting ends when the totals cannot be queried", async () => {
  const progress = showProgress({
    totals: () => Promise.reject(new Error("no table")),
    backlog: () => undefined,
    published: () => 1,
  });
  const waiting = waitUntilCounted({
    totals: progress.latest,
    backlog: () => undefined,
    expectedLines: 1,
    signal: new AbortController().signal,
  });
  await expect(waiting).rejects.toThrow("the totals cannot be queried");
  await progress.stop();
});

test("a line that would wrap is cut off on a terminal", async () => {
  const { isTTY, columns } = process.stderr;
  Object.assign(process.stderr, { isTTY: true, columns: 40 });
  const write = vi.spyOn(terminal, "write").mockReturnValue(true);
  const count = 1_000_000;
  const totals = {
    lines: count,
    received: count,
    tweets: count,
    duplicates: count,
    deletes: count,
    ignored: count,
    failed: count,
    linked: count,
    unlinked: count,
    mentions: count,
    rows: count,
  };
  const progress = showProgress({
    totals: async () => totals,
    backlog: () => ({ messages: 1, oldestMs: 1 }),
    published: () => count,
    before: { ...totals, received: 999_958 },
  });
  await expect.poll(() => write.mock.calls.length).toBeGreaterThan(0);
  const shown = String(write.mock.calls[0]?.[0]);
  await progress.stop();
  write.mockRestore();
  Object.assign(process.stderr, { isTTY, columns });
  expect(shown).toBe(`\r\u001b[2K${"published 1,000,000 · received 42 · cou"}`);
});

test("an emulator that has ended is told, with what to do", async () => {
  const address = "127.0.0.1:9";
  await expect(checkEmulator(address)).rejects.toThrow(
    `PUBSUB_EMULATOR_HOST is ${address}, but nothing listens there: unset it, or start that emulator`,
  );
});
