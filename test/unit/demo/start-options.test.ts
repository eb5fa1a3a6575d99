import { expect, test } from "vitest";
import { parseStartOptions } from "../../demo/start-options.ts";

test("npm start publishes generated tweets, unless told", () => {
  expect(parseStartOptions([])).toEqual({
    input: [],
    bluesky: undefined,
    generate: 5_000,
    seed: 1,
    rate: 2_000,
    pack: 100,
    exit: false,
    json: false,
    data: undefined,
    duplicates: 0,
    shuffle: false,
  });
});

test.each([
  ["--input a --input b", { input: ["a", "b"], generate: 0, rate: undefined }],
  ["--generate 0 --rate 0.5", { generate: 0, rate: 0.5 }],
  ["--generate 10_000 --seed 3 --pack 7", { generate: 10_000, seed: 3, pack: 7, rate: undefined }],
  ["--bluesky", { bluesky: "wss://jetstream2.us-east.bsky.network", generate: 0, rate: undefined }],
  ["--bluesky ws://127.0.0.1:1", { bluesky: "ws://127.0.0.1:1" }],
  ["--duplicates 0.25 --shuffle --exit --json --data d", { duplicates: 0.25, shuffle: true }],
])("npm start -- %s", (line, options) => {
  expect(parseStartOptions(line.split(" "))).toMatchObject(options);
});

test("npm start -- --help asks for help", () => {
  expect(parseStartOptions(["-h", "--generate", "x"])).toBeUndefined();
});

test.each([
  ["--bluesky --generate 5", "--bluesky goes on until Ctrl-C: leave --input and --generate out"],
  ["--bluesky --exit", "--bluesky goes on until Ctrl-C: leave --exit out"],
  ["--genrate 5", "Unknown option '--genrate'"],
  ["tweets.jsonl", "tweets.jsonl"],
  ["--generate x", "--generate x: must be a whole number"],
  ["--pack 0", "--pack 0: must be a whole number from 1 to 100000"],
  ["--rate 0", "--rate 0: must be a number of events a second"],
  ["--rate fast", "--rate fast"],
  ["--duplicates 1.5", "--duplicates 1.5: must be a number from 0 to 1"],
])("npm start -- %s is explained", (line, message) => {
  expect(() => parseStartOptions(line.split(" "))).toThrow(
    expect.objectContaining({ name: "UserError", message: expect.stringContaining(message) }),
  );
});
