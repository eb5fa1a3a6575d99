import { describe, expect, test } from "vitest";
import { parseHour, parseTime } from "../commands/parse-time.ts";
import { parseRedriveOptions } from "../commands/redrive.ts";

describe("a time on the command line", () => {
  test.each([
    ["2026-01-02", 1_767_312_000_000],
    ["2026-01-02T03", 1_767_322_800_000],
    ["2026-01-02T03:00Z", 1_767_322_800_000],
    ["2026-01-02T03:04:05", 1_767_323_045_000],
    ["2026-01-02T03:04:05.678Z", 1_767_323_045_678],
  ])("%s is read as UTC", (text, ms) => {
    expect(parseTime("--from", text)).toBe(ms);
  });

  test.each([
    "yesterday",
    "2026-1-2",
    "2026-13-01",
    "2026-01-02T25",
    "2026-01-02T03:04:05+01:00",
    "",
  ])("'%s' is refused", (text) => {
    expect(() => parseTime("--from", text)).toThrow(`--from ${text}: must be a time in UTC`);
  });

  test("that must be an hour is refused inside one", () => {
    expect(parseHour("--from", "2026-01-02T03:00Z")).toBe(1_767_322_800_000);
    expect(() => parseHour("--from", "2026-01-02T03:30")).toThrow("must be the start of an hour");
  });
});

describe("npm run redrive", () => {
  test("selects by stage, reason and time", () => {
    const args = ["--stage", "normalize-tweets", "--since", "2026-01-02", "--dry-run"];
    expect(parseRedriveOptions([...args, "--reason", "unknown-shape", "--page", "50"])).toEqual({
      url: undefined,
      json: false,
      selection: {
        stage: "normalize-tweets",
        since: "2026-01-02T00:00:00.000Z",
        reason: "unknown-shape",
        limit: 50,
        isDryRun: true,
      },
    });
  });

  test("helps", () => {
    expect(parseRedriveOptions(["--help"])).toBeUndefined();
  });

  const selection = ["--stage", "x", "--since", "2026-01-01"];
  test.each([
    [["--since", "2026-01-01"], "name the --stage"],
    [["--stage", "x", "--since", "yesterday"], "--since yesterday: must be a time in UTC"],
    [[...selection, "--reason", "bad-luck"], "--reason bad-luck: must be one of empty-message"],
    [[...selection, "--page", "0"], "--page 0: must be between 1 and 10000"],
    [["--sage", "x"], "Unknown option '--sage'"],
  ])("%j is explained", (args, message) => {
    expect(() => parseRedriveOptions(args)).toThrow(message);
  });
});
