import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { findTarget } from "../../../../terraform/operate/find-target.ts";
import { findBucket } from "../../../../terraform/operate/upload/find-bucket.ts";
import { claimStart, findRunningCloud } from "../../../local-cloud/cloud-file.ts";
import { portOf } from "../../../local-cloud/tcp-port.ts";

const cloud = {
  pid: process.pid,
  project: "local-p",
  dataset: "local-d",
  pubsub: "127.0.0.1:1",
  bigquery: "http://127.0.0.1:2",
  bigqueryWrite: "127.0.0.1:3",
  storage: "http://127.0.0.1:4",
  bucket: "local-lake",
  functions: { "redrive-failures": "http://127.0.0.1:5" },
};

describe("the running local cloud", () => {
  let folder = "";
  /** With a BigQuery that is there. */
  let serving = cloud;
  const server = createServer();
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "find-cloud-"));
    await once(server.listen(0, "127.0.0.1"), "listening");
    serving = { ...cloud, bigquery: `http://127.0.0.1:${portOf(server.address())}` };
  });
  afterEach(() => vi.restoreAllMocks());
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  const find = (content: string) => {
    const path = join(folder, "cloud.json");
    writeFileSync(path, content);
    return findRunningCloud(path);
  };

  test("is what its file says while its process is there", async () => {
    expect(await find(JSON.stringify(serving))).toEqual(serving);
  });

  test("may be another user's", async () => {
    vi.spyOn(process, "kill").mockImplementation(() => {
      throw Object.assign(new Error("kill EPERM"), { code: "EPERM" });
    });
    expect(await find(JSON.stringify(serving))).toEqual(serving);
  });

  test.each([
    // Above the largest pid of Linux (2^22) and macOS.
    ["its process is gone", JSON.stringify({ ...cloud, pid: 99_999_999 })],
    ["its pid is none", JSON.stringify({ ...cloud, pid: 0 })],
    ["its file is another's", JSON.stringify({ pid: process.pid })],
    ["its file is cut off", '{"pid":'],
  ])("is none when %s", async (_name, content) => {
    expect(await find(content)).toBeUndefined();
  });

  test("is none when its number is another process's now, and nothing serves", async () => {
    expect(await find(JSON.stringify(cloud))).toBeUndefined();
  });

  test("is started once at a time; what one that was killed has left is no matter", async () => {
    const path = join(folder, "starting");
    const release = await claimStart(path);
    writeFileSync(path, String(process.ppid));
    await expect(claimStart(path)).rejects.toThrow(
      `another npm start is starting here (process ${process.ppid}): wait until it is up`,
    );
    writeFileSync(path, "99999999");
    await (await claimStart(path))();
    await release();
    await (await claimStart(path))();
  });

  test("is none without a file", async () => {
    expect(await findRunningCloud(join(folder, "absent"))).toBeUndefined();
  });
});

describe("where a command works", () => {
  const real = { GOOGLE_CLOUD_PROJECT: "real-p", HOURTALLY_LAKE_BUCKET: "real-lake" };
  const others = {
    PUBSUB_EMULATOR_HOST: "127.0.0.1:9",
    BIGQUERY_EMULATOR_HOST: "http://127.0.0.1:9",
    STORAGE_EMULATOR_HOST: "http://127.0.0.1:9",
  };
  const locals = {
    PUBSUB_EMULATOR_HOST: "127.0.0.1:1",
    BIGQUERY_EMULATOR_HOST: "http://127.0.0.1:2",
    STORAGE_EMULATOR_HOST: "http://127.0.0.1:4",
  };
  const { PUBSUB_EMULATOR_HOST: pubsub } = locals;
  const inLocal = {
    project: "local-p",
    dataset: "local-d",
    bucket: "local-lake",
    place: "the local cloud (127.0.0.1:1)",
  };
  test.each([
    [
      "the emulators",
      { ...real, ...others },
      cloud,
      {
        project: "real-p",
        bucket: "real-lake",
        place: "project real-p of the emulators at 127.0.0.1:9",
      },
    ],
    ["the local cloud", { BIGQUERY_DATASET: "acme" }, cloud, inLocal],
    ["the local cloud, named", { GOOGLE_CLOUD_PROJECT: "local-p", ...locals }, cloud, inLocal],
    ["the local cloud, as npm start says", { PUBSUB_EMULATOR_HOST: pubsub }, cloud, inLocal],
    ["the project of the environment", real, undefined, { place: "project real-p" }],
  ])("%s", async (_name, environment, running, found) => {
    expect(await findTarget({ ...environment }, {}, async () => running)).toMatchObject(found);
  });

  test("is the local cloud for Google's clients, too", async () => {
    const variables = {};
    await findTarget(variables, {}, async () => cloud);
    expect(variables).toMatchObject(locals);
  });

  test("is Google Cloud when a project is named, whatever runs here, for its clients, too", async () => {
    const variables = { ...real, ...others, TOPIC_PREFIX: "acme-" };
    const named = { project: "acme-prod", dataset: "acme" };
    expect(await findTarget(variables, named, async () => cloud)).toEqual({
      project: "acme-prod",
      dataset: "acme",
      bucket: "real-lake",
      topicPrefix: "acme-",
      functions: {},
      place: "project acme-prod",
    });
    expect(variables).toEqual({ ...real, TOPIC_PREFIX: "acme-" });
  });

  test.each([
    ["must be known", {}, {}, undefined, "npm start"],
    [
      "is never guessed",
      real,
      {},
      cloud,
      "which is meant? Say --project real-p, or unset the variable",
    ],
    [
      "is not half of emulators",
      { ...real, PUBSUB_EMULATOR_HOST: "127.0.0.1:9" },
      {},
      undefined,
      "set BIGQUERY_EMULATOR_HOST, STORAGE_EMULATOR_HOST, too",
    ],
    ["is a project of emulators", others, {}, cloud, "set GOOGLE_CLOUD_PROJECT, too"],
    ["is not a dataset alone", {}, { dataset: "acme" }, cloud, "go with --project"],
    ["is not nothing", real, { project: "" }, undefined, "must not be empty"],
    ["is not a bucket alone", real, { bucket: "lake" }, undefined, "go with --project"],
  ])("%s", async (_name, environment, named, running, message) => {
    const finding = findTarget({ ...environment }, named, async () => running);
    await expect(finding).rejects.toThrow(
      expect.objectContaining({ name: "UserError", message: expect.stringContaining(message) }),
    );
  });
});

describe("the bucket of an upload", () => {
  const real = { HOURTALLY_LAKE_BUCKET: "real-lake" };
  const emulator = { STORAGE_EMULATOR_HOST: "http://127.0.0.1:9" };
  const local = { bucketName: "local-lake", endpoint: "http://127.0.0.1:4" };
  test.each([
    ["named", "a", real, cloud, { bucketName: "a", endpoint: undefined }],
    ["named, and the local cloud's", "local-lake", real, cloud, local],
    [
      "named, of an emulator",
      "a",
      emulator,
      cloud,
      { bucketName: "a", endpoint: "http://127.0.0.1:9" },
    ],
    [
      "the emulator's",
      undefined,
      { ...real, ...emulator },
      cloud,
      { bucketName: "real-lake", endpoint: "http://127.0.0.1:9" },
    ],
    ["the local cloud's, whatever a shell has left", undefined, real, cloud, local],
    [
      "the environment's",
      undefined,
      real,
      undefined,
      { bucketName: "real-lake", place: "Cloud Storage" },
    ],
  ])("%s", (_name, named, environment, running, found) => {
    expect(findBucket({ named, environment, local: running })).toMatchObject(found);
  });

  test.each([
    [{}, undefined, "which bucket? Start the local cloud with `npm start`"],
    [emulator, cloud, "STORAGE_EMULATOR_HOST is set: name its bucket with --bucket"],
  ])("must be known: %j", (environment, running, message) => {
    expect(() => findBucket({ named: undefined, environment, local: running })).toThrow(message);
  });
});
