import { pino } from "pino";
import { expect, test, vi } from "vitest";
import { logOptions } from "../../../../shared/environment/log-options.ts";

/** The lines that a logger of these options writes. */
function write(level: string, speak: (log: pino.Logger) => void): unknown[] {
  const lines: unknown[] = [];
  const stream = { write: (line: string) => lines.push(JSON.parse(line)) };
  speak(pino(logOptions("count-words", "r-1", level), stream));
  return lines;
}

test("a line is one JSON object as Cloud Logging reads it", () => {
  vi.useFakeTimers({ now: new Date("2026-01-02T03:04:05.678Z") });
  try {
    expect(write("info", (log) => log.info({ words: 3 }, "counted"))).toEqual([
      {
        severity: "INFO",
        time: "2026-01-02T03:04:05.678Z",
        serviceContext: { service: "count-words", version: "r-1" },
        words: 3,
        message: "counted",
      },
    ]);
  } finally {
    vi.useRealTimers();
  }
});

test.each([
  ["trace", "DEBUG"],
  ["debug", "DEBUG"],
  ["info", "INFO"],
  ["warn", "WARNING"],
  ["error", "ERROR"],
  ["fatal", "CRITICAL"],
] as const)("%s is of the severity %s", (level, severity) => {
  expect(write("trace", (log) => log[level]("said"))).toMatchObject([{ severity }]);
});

test("a level that nobody knows is of the usual severity", () => {
  expect(logOptions("a", "b", "info").formatters.level("loud")).toEqual({ severity: "DEFAULT" });
});

test("what is below the level is not said", () => {
  expect(write("warn", (log) => log.info("said"))).toEqual([]);
});
