import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { explainFailure } from "../../producer/explain-failure.ts";
import { findServer, requireListening } from "../../producer/find-server.ts";
import { parseOptions } from "../../producer/parse-options.ts";

describe("options", () => {
  test("have defaults", () => {
    expect(parseOptions(["--generate", "10_000"])).toEqual({
      topic: "tweets",
      project: undefined,
      source: { kind: "generate", count: 10_000, seed: 1 },
      cursor: undefined,
      rate: undefined,
      pack: 500,
      lingerMs: 100,
      attributes: {},
      json: false,
      quiet: false,
    });
  });

  test("are all taken", () => {
    const line =
      "--topic log-lines --project p --input a.jsonl --input - --rate 12.5 --pack 1 --linger 2.5 --attribute a=1 --attribute b=x=y --json --quiet";

    expect(parseOptions(line.split(" "))).toEqual({
      topic: "log-lines",
      project: "p",
      source: { kind: "files", paths: ["a.jsonl", "-"] },
      cursor: undefined,
      rate: 12.5,
      pack: 1,
      lingerMs: 2_500,
      attributes: { a: "1", b: "x=y" },
      json: true,
      quiet: true,
    });
  });

  test.each([
    ["--bluesky", "bluesky", "wss://jetstream2.us-east.bsky.network"],
    ["--bluesky --json", "bluesky", "wss://jetstream2.us-east.bsky.network"],
    ["--bluesky ws://127.0.0.1:6008/subscribe", "bluesky", "ws://127.0.0.1:6008/subscribe"],
    ["--mastodon mastodon.social", "mastodon", "mastodon.social"],
  ])("%s is a live source", (line, kind, server) => {
    const options = parseOptions([...line.split(" "), "--cursor", "c.json"]);
    expect(options).toMatchObject({ source: { kind, server }, cursor: "c.json" });
  });

  test.each([["--help"], ["-h"]])("%s asks for help", (option) => {
    expect(parseOptions([option, "--generate", "1"])).toBeUndefined();
  });

  test.each([
    ["", /nothing to publish/],
    ["--generate 1 --input a", /exclude each other/],
    ["--generate 1 --turnstiles 1", /exclude each other/],
    ["--turnstiles x", /--turnstiles/],
    ["--bluesky --input a", /exclude each other/],
    ["--bluesky --mastodon a", /exclude each other/],
    ["--mastodon", /--mastodon/],
    ["--input a --cursor c", /--cursor goes with --bluesky or --mastodon/],
    ["--input a --seed 1", /--seed goes with --generate/],
    ["--generate x", /--generate x: must be a whole number/],
    ["--generate 1.5", /whole number/],
    ["--generate 99999999999999999999", /whole number/],
    ["--generate 1 --seed y", /--seed y/],
    ["--generate 1 --rate 0", /--rate 0/],
    ["--generate 1 --rate fast", /--rate fast/],
    ["--generate 1 --pack 0", /--pack 0: must be a whole number from 1 to 500/],
    ["--generate 1 --pack 501", /--pack 501/],
    ["--generate 1 --linger 61", /--linger 61: must be seconds from 0 to 60/],
    ["--generate 1 --linger soon", /--linger soon/],
    ["--generate 1 --attribute a", /--attribute a: must be written key=value/],
    ["--generate 1 --attribute =a", /key=value/],
    ["--generate 1 --attribute googx=a", /goog/],
    [`--generate 1 --attribute a=${"x".repeat(1_025)}`, /1024 bytes/],
    ["--generate 1 --sped 3", /--sped/],
    ["tweets.jsonl", /tweets\.jsonl/],
    ["--generate", /--generate/],
  ])("%j is refused", (line, message) => {
    expect(() => parseOptions(line.split(" ").filter(Boolean))).toThrow(message);
    expect(() => parseOptions(line.split(" ").filter(Boolean))).toThrow(
      expect.objectContaining({ name: "UserError" }),
    );
  });
});

describe("the server", () => {
  const running = { project: "local-p", pubsub: "127.0.0.1:9000" };
  const local = {
    project: "local-p",
    address: "127.0.0.1:9000",
    place: "the local cloud (127.0.0.1:9000)",
  };
  test.each([
    { cloud: "none", project: "p", environment: {}, found: { project: "p", place: "project p" } },
    {
      cloud: "none",
      project: undefined,
      environment: { GOOGLE_CLOUD_PROJECT: "env-p" },
      found: { project: "env-p", place: "project env-p" },
    },
    {
      cloud: "none",
      project: undefined,
      environment: { PUBSUB_EMULATOR_HOST: "localhost:1" },
      found: {
        project: "hourtally-local",
        address: "localhost:1",
        place: "project hourtally-local at localhost:1",
      },
    },
    {
      cloud: "running",
      project: "p",
      environment: { PUBSUB_EMULATOR_HOST: "localhost:1", GOOGLE_CLOUD_PROJECT: "env-p" },
      found: { project: "p", address: "localhost:1", place: "project p at localhost:1" },
    },
    {
      cloud: "running",
      project: undefined,
      environment: { PUBSUB_EMULATOR_HOST: "localhost:1", GOOGLE_CLOUD_PROJECT: "env-p" },
      found: { project: "env-p", address: "localhost:1", place: "project env-p at localhost:1" },
    },
    { cloud: "running", project: undefined, environment: {}, found: local },
    {
      cloud: "running",
      project: undefined,
      environment: { PUBSUB_EMULATOR_HOST: "", GOOGLE_CLOUD_PROJECT: "env-p" },
      found: local,
    },
    { cloud: "running", project: "local-p", environment: {}, found: local },
    {
      cloud: "running",
      project: "real-p",
      environment: {},
      found: { project: "real-p", place: "project real-p" },
    },
  ])("local cloud $cloud, --project $project, $environment", (given) => {
    const { project, environment } = given;
    const found = findServer({
      project,
      environment,
      local: given.cloud === "running" ? running : undefined,
    });

    expect(found).toEqual(given.found);
  });

  test("without project and cloud is unknown", () => {
    expect(() => findServer({ project: undefined, environment: {}, local: undefined })).toThrow(
      /npm start.*PUBSUB_EMULATOR_HOST.*--project P or GOOGLE_CLOUD_PROJECT/,
    );
  });

  test("must listen", async () => {
    const server = createServer((socket) => socket.end());
    const port = await new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });

    await expect(requireListening(`127.0.0.1:${port}`)).resolves.toBeUndefined();
    await expect(requireListening(`http://127.0.0.1:${port}/`)).resolves.toBeUndefined();
    await new Promise((resolve) => server.close(resolve));
    await expect(requireListening(`127.0.0.1:${port}`)).rejects.toThrow(
      new RegExp(`no Pub/Sub server at 127\\.0\\.0\\.1:${port} .*npm start`),
    );
  });

  test.each(["localhost", "localhost:", ":80", "localhost:99999"])(
    "%j is no address",
    async (text) => {
      await expect(requireListening(text)).rejects.toThrow(/host:port/);
    },
  );
});

describe("failures say what to do", () => {
  const local = { topic: "tweets", project: "p", address: "127.0.0.1:1" };
  const real = { topic: "tweets", project: "p" };
  const grpc = (code: number) =>
    new Error("publishing failed", { cause: Object.assign(new Error("status"), { code }) });

  test.each([
    [grpc(5), local, /no topic tweets in project p at 127\.0\.0\.1:1: .*npm start/],
    [grpc(5), real, /no topic tweets in project p: .*terraform apply.*--topic/],
    [grpc(7), real, /roles\/pubsub\.publisher/],
    [grpc(16), real, /gcloud auth application-default login/],
    [new Error("Could not load the default credentials. Browse to"), real, /gcloud auth/],
    [grpc(14), local, /does not answer any more/],
    [grpc(3), local, /publishing failed\n.*--attribute/],
    [new Error("something else"), local, /^something else$/],
    ["a string", local, /^a string$/],
  ])("%s", (error, target, message) => {
    expect(explainFailure(error, target)).toMatch(message);
  });
});
