import { CRC32C, Storage } from "@google-cloud/storage";
import { afterEach, describe, expect, test } from "vitest";
import { openLake } from "../../../../functions/export-hours/open-lake.ts";
import { hourManifest } from "../../../../shared/objects/hour-index.ts";
import {
  answerJson,
  badAnswers,
  type RestAnswer,
  startRestServer,
} from "../../../support/start-rest-server.ts";

const folder = "indices/url_hours/dt=2026-01-01/hour=00/";
const name = `${folder}manifest.json`;
const manifest = hourManifest.parse({
  index: "url_hours",
  hour: "2026-01-01T00:00:00Z",
  revision: 7,
  keys: 1,
  files: [{ name: `${folder}rev=7/a-000000000000.parquet`, bytes: 812 }],
});

let server: Awaited<ReturnType<typeof startRestServer>> | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

/** The lake on a Storage that answers as told, and is asked once. */
async function lakeOn(answer: RestAnswer) {
  server = await startRestServer(answer);
  const retryOptions = { autoRetry: false };
  return openLake("demo", "lake", new Storage({ apiEndpoint: server.url, retryOptions }));
}

type Lake = Awaited<ReturnType<typeof lakeOn>>;
const calls: [string, (lake: Lake) => Promise<unknown>][] = [
  ["reading a manifest", (lake) => lake.readManifest(name)],
  ["writing a manifest", (lake) => lake.writeManifest(name, manifest, "1")],
  ["listing files", (lake) => lake.listFiles(folder)],
  ["marking a file", (lake) => lake.supersede(`${folder}rev=6/a-000000000000.parquet`)],
];
/** Some are told that there is nothing, which is an answer. */
const failures = badAnswers.filter(([what]) => what !== "knows nothing of it");

describe.each(calls)("%s", (_, call) => {
  test.each(failures)("fails when Storage %s", async (__, answer) => {
    const lake = await lakeOn((response) => answer(response));
    await expect(call(lake)).rejects.toThrow();
  });
});

test("there is no manifest where Storage has none, and what is deleted need not be marked", async () => {
  const lake = await lakeOn((response) => {
    answerJson(response, { error: { code: 404, message: "no such object" } }, 404);
  });
  expect(await lake.readManifest(name)).toBeUndefined();
  await lake.supersede(`${folder}rev=6/a-000000000000.parquet`);
  await expect(lake.writeManifest(name, manifest, "1")).rejects.toThrow("no such object");
});

test("a manifest is that of the generation whose metadata was read", async () => {
  const lake = await lakeOn((response, { url }) => {
    if (url.searchParams.get("alt") === "media") answerJson(response, manifest);
    else answerJson(response, { generation: "41", size: "1" });
  });
  expect(await lake.readManifest(name)).toEqual({ manifest, generation: "41" });
  expect(server?.requests.at(-1)?.url.searchParams.get("generation")).toBe("41");
});

test.each([
  ["half of it", '{"index":"url_hours","hour":'],
  ["something else", '{"index":"url_hours"}'],
])("a manifest of which there is %s is none", async (_, text) => {
  const lake = await lakeOn((response, { url }) => {
    if (url.searchParams.get("alt") !== "media") {
      return answerJson(response, { generation: "41", size: "1" });
    }
    response.writeHead(200, { "content-type": "application/json" }).end(text);
  });
  await expect(lake.readManifest(name)).rejects.toThrow();
});

test("a manifest takes the place of the one that was read, and of no other", async () => {
  const lake = await lakeOn((response, _, index) => {
    // The client deletes what is not as it was sent.
    const sum = new CRC32C();
    sum.update(Buffer.from(JSON.stringify(manifest)));
    if (index === 0) answerJson(response, { name, crc32c: sum.toString() });
    else answerJson(response, { error: { code: 412, message: "another generation" } }, 412);
  });
  expect(await lake.writeManifest(name, manifest, undefined)).toBe(true);
  expect(await lake.writeManifest(name, manifest, "41")).toBe(false);
  const asked = server?.requests.map(({ url }) => url.searchParams.get("ifGenerationMatch"));
  expect(asked).toEqual(["0", "41"]);
  // A cache in between must not answer with an older one.
  for (const { body } of server?.requests ?? [])
    expect(String(body)).toContain('"cacheControl":"no-cache"');
});

test("files are listed from all pages", async () => {
  const file = (n: number, more: object = {}) => ({
    name: `${folder}rev=${n}/a-000000000000.parquet`,
    generation: "1",
    size: `${n}`,
    ...more,
  });
  const lake = await lakeOn((response, { url }) => {
    if (url.searchParams.get("pageToken") === "next") {
      answerJson(response, { items: [file(7)] });
    } else {
      const items = [file(6, { customTime: "2026-01-01T00:00:00Z" })];
      answerJson(response, { items, nextPageToken: "next" });
    }
  });
  expect(await lake.listFiles(folder)).toEqual([
    { name: `${folder}rev=6/a-000000000000.parquet`, bytes: 6, isSuperseded: true },
    { name: `${folder}rev=7/a-000000000000.parquet`, bytes: 7, isSuperseded: false },
  ]);
});
