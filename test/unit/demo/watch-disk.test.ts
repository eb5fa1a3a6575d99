import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, expect, test, vi } from "vitest";
import { watchDisk } from "../../demo/watch-disk.ts";

afterEach(() => {
  vi.useRealTimers();
});

test("a disk that fills up is told once, with what to do", async () => {
  vi.useFakeTimers();
  const told: string[] = [];
  const free: Record<string, number> = { "/data": 1e9, "/state": 1e9 };
  watchDisk(
    ["/data", "/state", "/absent"],
    ({ message }) => told.push(message),
    async (folder) => {
      const bytes = free[folder];
      if (bytes === undefined) throw new Error("ENOENT");
      return bytes;
    },
  );
  await vi.advanceTimersByTimeAsync(3_000);
  expect(told).toEqual([]);
  free["/state"] = 3 * 1024 ** 2 + 1;
  await vi.advanceTimersByTimeAsync(3_000);
  expect(told).toEqual(["the disk of /state is full (3 MB left): make room, then start again"]);
});

test("nothing is told after it was ended", async () => {
  vi.useFakeTimers();
  const stop = watchDisk(
    ["/data"],
    () => expect.unreachable(),
    async () => 0,
  );
  stop();
  await vi.advanceTimersByTimeAsync(3_000);
});

// A file system without any room, on every Linux.
test.skipIf(!existsSync("/proc/self"))("the disk is asked of the system", async () => {
  const full = Promise.withResolvers<Error>();
  const stop = watchDisk([tmpdir(), "/proc"], full.resolve);
  expect((await full.promise).message).toContain("the disk of /proc is full (0 MB left)");
  stop();
});
