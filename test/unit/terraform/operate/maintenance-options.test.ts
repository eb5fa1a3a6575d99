import { describe, expect, test } from "vitest";
import { readArchiveName } from "../../../../terraform/operate/archive/read-archive-name.ts";
import { parseCostOptions } from "../../../../terraform/operate/cost.ts";
import { parseForgetOptions } from "../../../../terraform/operate/forget.ts";
import { parseHour, parseTime } from "../../../../terraform/operate/parse-time.ts";
import { parseRedriveOptions } from "../../../../terraform/operate/redrive.ts";
import { parseReplayOptions } from "../../../../terraform/operate/replay.ts";
import { parseRetractOptions } from "../../../../terraform/operate/retract.ts";

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
    "2026-02-30",
    "2026-01-02T24:00",
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

  test("goes to the function that is named", () => {
    const named = ["--url", "https://a.example/", "--project", "acme-prod"];
    expect(parseRedriveOptions([...selection, ...named])).toMatchObject({
      url: "https://a.example/",
      project: "acme-prod",
    });
  });

  const selection = ["--stage", "bucket-hours", "--since", "2026-01-01"];
  test.each([
    [[...selection, "--stage", "normalise-tweets"], "--stage normalise-tweets: must be one of app"],
    [[...selection, "--url", "foo"], "--url foo: must be a URL"],
    [[...selection, "--url", "localhost:8080"], "--url localhost:8080: must be a URL"],
    [["--since", "2026-01-01"], "name the --stage"],
    [
      ["--stage", "bucket-hours", "--since", "yesterday"],
      "--since yesterday: must be a time in UTC",
    ],
    [[...selection, "--reason", "bad-luck"], "--reason bad-luck: must be one of empty-message"],
    [[...selection, "--page", "0"], "--page 0: must be a whole number from 1 to 10000"],
    [["--sage", "x"], "Unknown option '--sage'"],
  ])("%j is explained", (args, message) => {
    expect(() => parseRedriveOptions(args)).toThrow(message);
  });
});

describe("npm run replay", () => {
  const times = ["--from", "2026-01-02T03", "--to", "2026-01-02T05"];

  test("looks an hour further than it replays, unless told", () => {
    expect(parseReplayOptions(times)).toEqual({
      range: {
        from: Date.parse("2026-01-02T03:00:00Z"),
        to: Date.parse("2026-01-02T05:00:00Z"),
        archivedUntil: Date.parse("2026-01-02T06:00:00Z"),
      },
      topic: "tweets",
      after: undefined,
      project: undefined,
      bucket: undefined,
      isDryRun: false,
      json: false,
    });
    expect(parseReplayOptions([...times, "--archived-until", "2026-01-03"])).toMatchObject({
      range: { archivedUntil: Date.parse("2026-01-03T00:00:00Z") },
    });
    const named = ["--project", "acme-prod", "--bucket", "acme-lake"];
    expect(parseReplayOptions([...times, ...named])).toMatchObject({
      project: "acme-prod",
      bucket: "acme-lake",
    });
    const after = "archive/tweets/2026-01-02/03_04_05Z_0b5a.avro";
    expect(parseReplayOptions([...times, "--after", after])).toMatchObject({ after });
  });

  test.each([
    [["--from", "2026-01-02"], "name the time --from and --to"],
    [["--from", "2026-01-02", "--to", "2026-01-02"], "--to must be later than --from"],
    [[...times, "--archived-until", "2026-01-02T04"], "--archived-until must not be before --to"],
    [[...times, "--topic", "a/b"], "--topic a/b: letters"],
    [[...times, "--after", "archive/log-lines/a"], "must be an object of archive/tweets/"],
  ])("%j is explained", (args, message) => {
    expect(() => parseReplayOptions(args)).toThrow(message);
  });

  test.each([
    ["archive/tweets/2026-01-02/03_04_05Z_0b5a.avro", Date.parse("2026-01-02T03:04:05Z")],
    ["archive/tweets/2026-01-02/03_04_05Z_0b5a.ndjson", undefined],
    ["archive/tweets/2026-01-02/", undefined],
    ["archive/tweets/2026-01-02/25_04_05Z_0b5a.avro", undefined],
    ["landing/tweets/2026-01-02/03_04_05Z_0b5a.avro", undefined],
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
      landed_before: "2026-01-03T12:34:56.789Z",
      reason: "not told",
      retracted_at: "2026-01-03T12:34:56.789Z",
    });
    const told = [...hours, "--landed-before", "2026-01-02T09:30Z", "--reason", "release 41"];
    expect(parseRetractOptions(told, now)?.row).toMatchObject({
      landed_before: "2026-01-02T09:30:00.000Z",
      reason: "release 41",
    });
  });

  test.each([
    [["--stream", "url-mentions"], "name the --stream and the hours"],
    [["--stream", "x", ...hours.slice(2)], "--stream x: url-mentions"],
    [[...hours, "--from", "2026-01-02T03:30"], "must be the start of an hour"],
    [[...hours, "--to", "2026-01-02T03"], "--to must be later"],
    [[...hours, "--landed-before", "2026-01-04"], "must not be in the future"],
    [[...hours, "--reason", ""], "--reason: 1 to 1024 characters"],
    [[...hours, "--reason", "x".repeat(1_025)], "--reason: 1 to 1024 characters"],
  ])("%j is explained", (args, message) => {
    expect(() => parseRetractOptions(args, now)).toThrow(message);
  });
});

describe("npm run forget", () => {
  test.each([
    [["--post", "1146305069987618817"], { post: "x:1146305069987618817", author: undefined }],
    [["--author", "mastodon:https://a.example/@b"], { author: "mastodon:https://a.example/@b" }],
    [
      ["--post", "1", "--project", "acme-prod", "--dataset", "acme"],
      { project: "acme-prod", dataset: "acme" },
    ],
  ])("%j", (args, options) => {
    expect(parseForgetOptions(args)).toMatchObject(options);
  });

  test.each([
    [[], "name a --post or an --author"],
    [["--post", "1", "--author", "2"], "name a --post or an --author"],
    [["--post", "@jack"], "--post @jack: must be digits, or <source>:<id>"],
  ])("%j is explained", (args, message) => {
    expect(() => parseForgetOptions(args)).toThrow(message);
  });
});

describe("npm run cost", () => {
  test("takes volumes, or the usual ones", () => {
    expect(parseCostOptions(["--tweets", "5", "--tweets", "10_000"])).toEqual({
      tweets: [5, 10_000],
      pack: 500,
      sample: 20_000,
      json: false,
    });
    expect(parseCostOptions([])?.tweets).toEqual([0, 1e6, 1e8, 1e10]);
    expect(parseCostOptions(["-h"])).toBeUndefined();
  });

  test.each([
    [["--sample", "5"], "--sample 5: must be a whole number from 1000 to 1000000"],
    [["--pack", "501"], "--pack 501: must be a whole number from 1 to 500"],
    [["--tweets", "many"], "--tweets many: must be a whole number"],
    [["--smple", "5"], "Unknown option '--smple'"],
  ])("%j is explained", (args, message) => {
    expect(() => parseCostOptions(args)).toThrow(message);
  });
});
