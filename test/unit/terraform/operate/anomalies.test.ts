import { expect, test } from "vitest";
import { parseAnomaliesOptions } from "../../../../terraform/operate/anomalies.ts";
import { UserError } from "../../../../terraform/operate/cli/user-error.ts";

/** 2026-01-12 00:30 UTC. */
const now = 1_768_177_800_000;

test("the last seven days by default, judged as the stream says", () => {
  expect(parseAnomaliesOptions(["--stream", "url-mentions"], now)).toMatchObject({
    stream: { name: "url-mentions" },
    from: 490_992,
    to: 491_160,
    sensitivity: 5.6,
    svg: "anomalies-url-mentions.svg",
    json: false,
  });
});

test("help is help, whatever stands beside it", () => {
  expect(parseAnomaliesOptions(["--help"], now)).toBeUndefined();
});

test.each([
  [[], "name the --stream"],
  [["--stream", "nothing"], "--stream nothing: url-mentions"],
  [["--stream", "url-mentions", "--from", "2026-01-12T00:30Z"], "start of an hour"],
  [["--stream", "url-mentions", "--from", "2026-01-12", "--to", "2026-01-12"], "later than"],
  [["--stream", "url-mentions", "--sensitivity", "0"], "from 1 to 100"],
  [["--stream", "url-mentions", "--colour"], "Try --help"],
])("%j says what to write instead", (args, message) => {
  expect(() => parseAnomaliesOptions(args, now)).toThrow(UserError);
  expect(() => parseAnomaliesOptions(args, now)).toThrow(message);
});
