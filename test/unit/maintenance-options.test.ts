import { describe, expect, test } from "vitest";
import { readArchiveName } from "../commands/archive-name.ts";
import { parseForgetOptions } from "../commands/forget.ts";
import { parseHour, parseTime } from "../commands/parse-time.ts";
import { parseRedriveOptions } from "../commands/redrive.ts";
import { parseReplayOptions } from "../commands/replay.ts";
import { parseRetractOptions } from "../commands/retract.ts";

const now = new Date("2026-01-03T12:34:56.789Z");

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

describe("npm run replay", () => {
  const times = ["--from", "2026-01-02T03", "--to", "2026-01-02T05"];

  test("names its run after the time, unless told", () => {
    expect(parseReplayOptions(times, now)).toEqual({
      from: Date.parse("2026-01-02T03:00:00Z"),
      to: Date.parse("2026-01-02T05:00:00Z"),
      run: "2026-01-03T12-34-56-789Z",
      topic: "tweets",
      isDryRun: false,
      json: false,
    });
    expect(parseReplayOptions([...times, "--run", "again_1"], now)).toMatchObject({
      run: "again_1",
    });
  });

  test.each([
    [["--from", "2026-01-02"], "name the time --from and --to"],
    [["--from", "2026-01-02", "--to", "2026-01-02"], "--to must be later than --from"],
    [[...times, "--run", "../up"], "--run ../up: letters"],
    [[...times, "--topic", "a/b"], "--topic a/b: letters"],
  ])("%j is explained", (args, message) => {
    expect(() => parseReplayOptions(args, now)).toThrow(message);
  });

  test.each([
    ["archive/tweets/2026-01-02/03_04_05Z_0b5a.ndjson", Date.parse("2026-01-02T03:04:05Z")],
    ["archive/tweets/2026-01-02/03_04_05Z_0b5a", Date.parse("2026-01-02T03:04:05Z")],
    ["archive/tweets/2026-01-02/", undefined],
    ["archive/tweets/2026-01-02/25_04_05Z_0b5a.ndjson", undefined],
    ["landing/tweets/2026-01-02/03_04_05Z_0b5a.ndjson", undefined],
  ])("the time of %s", (name, openedAt) => {
    expect(readArchiveName(name)).toBe(openedAt);
  });
});

describe("npm run retract", () => {
  const hours = ["--stream", "url-mentions", "--from", "2026-01-02T03", "--to", "2026-01-02T05"];

  test("takes back what was counted until now, unless told", () => {
    expect(parseRetractOptions(hours, now)?.row).toEqual({
      stream: "url-mentions",
      hour_from: "2026-01-02T03:00:00Z",
      hour_to: "2026-01-02T05:00:00Z",
      appended_before: "2026-01-03T12:34:56.789Z",
      reason: "not told",
      retracted_at: "2026-01-03T12:34:56.789Z",
    });
    const told = [...hours, "--appended-before", "2026-01-02T09:30Z", "--reason", "release 41"];
    expect(parseRetractOptions(told, now)?.row).toMatchObject({
      appended_before: "2026-01-02T09:30:00.000Z",
      reason: "release 41",
    });
  });

  test.each([
    [["--stream", "url-mentions"], "name the --stream and the hours"],
    [["--stream", "x", ...hours.slice(2)], "--stream x: url-mentions"],
    [[...hours, "--from", "2026-01-02T03:30"], "must be the start of an hour"],
    [[...hours, "--to", "2026-01-02T03"], "--to must be later"],
    [[...hours, "--appended-before", "2026-01-04"], "must not be in the future"],
  ])("%j is explained", (args, message) => {
    expect(() => parseRetractOptions(args, now)).toThrow(message);
  });
});

describe("npm run forget", () => {
  test.each([
    [["--tweet", "1146305069987618817"], { tweet: "x:1146305069987618817", author: undefined }],
    [["--author", "mastodon:https://a.example/@b"], { author: "mastodon:https://a.example/@b" }],
  ])("%j", (args, options) => {
    expect(parseForgetOptions(args)).toMatchObject(options);
  });

  test.each([
    [[], "name a --tweet or an --author"],
    [["--tweet", "1", "--author", "2"], "name a --tweet or an --author"],
    [["--tweet", "@jack"], "--tweet @jack: must be digits, or <source>:<id>"],
  ])("%j is explained", (args, message) => {
    expect(() => parseForgetOptions(args)).toThrow(message);
  });
});
