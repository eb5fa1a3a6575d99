import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../../functions/poll-source/config.ts";
import { createCursorStore } from "../../../../functions/poll-source/cursor-store.ts";
import manifest from "../../../../functions/poll-source/function.json" with { type: "json" };
import { newerOf, readPage } from "../../../../functions/poll-source/read-page.ts";
import { readPause } from "../../../../functions/poll-source/read-pause.ts";
import { sources } from "../../../../functions/poll-source/sources.ts";
import { isPublicAddress } from "../../../../shared/network/is-public-address.ts";

describe("an address", () => {
  test.each([
    "8.8.8.8",
    "172.15.0.1",
    "172.32.0.1",
    "100.63.0.1",
    "2606:4700::1111",
    "2a00:1450::1",
  ])("%s is public", (address) => expect(isPublicAddress(address)).toBe(true));

  test.each([
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "fe80::1",
    "fd00::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2001::1",
  ])("%s is not", (address) => expect(isPublicAddress(address)).toBe(false));
});

describe("a pause", () => {
  const now = Date.parse("2026-01-02T03:04:05Z");
  test.each<[Record<string, string>, string]>([
    [{ "retry-after": "120" }, "2026-01-02T03:06:05.000Z"],
    [{ "retry-after": "Fri, 02 Jan 2026 04:00:00 GMT" }, "2026-01-02T04:00:00.000Z"],
    [{ "x-rate-limit-reset": "1767323145" }, "2026-01-02T03:05:45.000Z"],
    [{ "retry-after": "5", "x-rate-limit-reset": "1767323145" }, "2026-01-02T03:04:10.000Z"],
    [{}, "2026-01-02T03:05:05.000Z"],
    [{ "retry-after": "soon" }, "2026-01-02T03:05:05.000Z"],
    // In the past, and in a thousand years.
    [{ "retry-after": "Fri, 02 Jan 2015 04:00:00 GMT" }, "2026-01-02T03:04:06.000Z"],
    [{ "retry-after": "99999999999" }, "2026-01-03T03:04:05.000Z"],
  ])("of %j ends at %s", (headers, until) => {
    expect(new Date(readPause(headers, "x-rate-limit-reset", now)).toISOString()).toBe(until);
  });
});

describe("a page", () => {
  const x = {
    items: ["data"],
    id: "id",
    paging: { token: ["meta", "next_token"], parameter: "next_token" },
  };
  const list = { items: [], id: "id", paging: "newer" as const };

  test.each([
    [
      '{"data":[{"id":"9"},{"id":"10"}],"meta":{"next_token":"t"}}',
      { ids: ["9", "10"], orders: ["9", "10"], token: "t" },
    ],
    ['{"meta":{"result_count":0}}', { ids: [], orders: [], token: undefined }],
    [
      '{"data":[{"id":"1"}],"meta":{"next_token":""}}',
      { ids: ["1"], orders: ["1"], token: undefined },
    ],
  ])("of X: %s", (body, page) => expect(readPage(Buffer.from(body), x)).toEqual(page));

  test.each([
    ['[{"id":"1"}]', { ids: ["1"], orders: ["1"], token: undefined }],
    ["[]", { ids: [], orders: [], token: undefined }],
  ])("that is a list: %s", (body, page) => expect(readPage(Buffer.from(body), list)).toEqual(page));

  const byTime = {
    items: ["hits"],
    id: "objectID",
    order: "created_at_i",
    paging: "once" as const,
  };
  test.each([
    ['{"hits":[{"objectID":"9","created_at_i":17}],"page":0}', ["9"], ["17"]],
    ['{"hits":[{"objectID":"9","created_at_i":"17"}]}', ["9"], ["17"]],
    ['{"hits":[],"nbHits":0}', [], []],
  ])("by a time: %s", (body, ids, orders) =>
    expect(readPage(Buffer.from(body), byTime)).toEqual({ ids, orders, token: undefined }),
  );

  test.each(['{"hits":[{"objectID":"9"}]}', '{"hits":[{"objectID":"9","created_at_i":1.5}]}'])(
    "has no such time: %s",
    (body) => expect(readPage(Buffer.from(body), byTime)).toBeUndefined(),
  );

  test.each([
    "",
    "<html>",
    '{"data":[{"id":',
    '{"data":{}}',
    '{"data":[{"id":1}]}',
    '{"data":[7]}',
    "[]",
    "null",
  ])("is none of X: %s", (body) => expect(readPage(Buffer.from(body), x)).toBeUndefined());

  test.each(["{}", "null", '[{"uri":"a"}]', '[{"id":"1e9"}]'])("is no list: %s", (body) =>
    expect(readPage(Buffer.from(body), list)).toBeUndefined(),
  );

  test.each([
    ["9", undefined, "9"],
    ["9", "10", "10"],
    ["10", "9", "10"],
    ["1146305069987618818", "1146305069987618817", "1146305069987618818"],
  ])("%s or %s: the newer is %s", (one, other, newer) => expect(newerOf(one, other)).toBe(newer));
});

describe("the configuration", () => {
  const variables = { GOOGLE_CLOUD_PROJECT: "demo", LANDING_BUCKET: "lake" };

  test("polls nothing that it is not told to", () => {
    expect(parseConfig(variables).sources).toEqual([]);
  });

  test("fills in the URL and the header of a source", () => {
    const [source] = parseConfig({
      ...variables,
      POLL_SOURCES: " x-recent-search ,",
      X_SEARCH_QUERY: "url:example.com -is:retweet & #x",
      X_BEARER_TOKEN: "t0ken",
    }).sources;
    expect(source?.url).toContain(
      "/recent?query=url%3Aexample.com%20-is%3Aretweet%20%26%20%23x&max",
    );
    expect(source?.headers).toEqual({ authorization: "Bearer t0ken" });
  });

  test("leaves out the header of a secret that is not needed", () => {
    const [source] = parseConfig({
      ...variables,
      POLL_SOURCES: "mastodon-public",
      MASTODON_HOST: "example.social",
    }).sources;
    expect(source?.url).toBe("https://example.social/api/v1/timelines/public?limit=40");
    expect(source?.headers).toEqual({});
  });

  test.each([
    [
      { POLL_SOURCES: "myspace" },
      "POLL_SOURCES: not a source: try x-recent-search, mastodon-public, hacker-news, turnstile-weeks",
    ],
    [
      { POLL_SOURCES: "x-recent-search", X_SEARCH_QUERY: "a" },
      "X_BEARER_TOKEN: x-recent-search needs it",
    ],
    [{ POLL_SOURCES: "mastodon-public" }, "MASTODON_HOST: mastodon-public needs it"],
    [{ POLL_SOURCES: "turnstile-weeks" }, "TURNSTILE_HOST: turnstile-weeks needs it"],
    [{ MASTODON_HOST: "localhost" }, "MASTODON_HOST: not a host name"],
    [{ MASTODON_HOST: "127.0.0.1" }, "MASTODON_HOST: not a host name"],
    [{ MASTODON_HOST: "a.example:8080" }, "MASTODON_HOST: not a host name"],
    [{ MASTODON_HOST: "a.example/x" }, "MASTODON_HOST: not a host name"],
    [{ MASTODON_HOST: "me@a.example" }, "MASTODON_HOST: not a host name"],
  ])("refuses %j", (wrong, message) => {
    expect(() => parseConfig({ ...variables, ...wrong })).toThrow(message);
  });
});

test("every source says in function.json what it needs, and is asked over https", () => {
  const settings = sources.flatMap((source) => source.settings);
  const secrets = sources.flatMap(({ secret }) => (secret === undefined ? [] : [secret.variable]));
  const common = ["GOOGLE_CLOUD_PROJECT", "LANDING_BUCKET", "POLL_SOURCES", "TOPIC_PREFIX"];
  expect(Object.keys(manifest.environment).toSorted()).toEqual([...common, ...settings].toSorted());
  expect(Object.keys(manifest.secrets).toSorted()).toEqual(secrets.toSorted());
  const topics = sources.flatMap((source) => (source.kind === "pages" ? [source.topic] : []));
  expect([...new Set(topics)].toSorted()).toEqual(Object.keys(manifest.publishes).toSorted());
  for (const source of sources.filter(({ kind }) => kind === "files")) {
    const { creates } = manifest.buckets.LANDING_BUCKET;
    expect(creates.some((folder) => "folder" in source && source.folder.startsWith(folder))).toBe(
      true,
    );
  }
  for (const { name, url, settings, everyMinutes, ...rest } of sources) {
    expect(name).toMatch(/^[a-z][a-z-]+$/);
    expect(url).toMatch(/^https:\/\//);
    expect([...url.matchAll(/\{(\w+)\}/g)].map((match) => match[1])).toEqual(
      "weekday" in rest ? [...settings, "yy", "mm", "dd"] : settings,
    );
    expect(60 % everyMinutes).toBe(0);
  }
});

describe("the cursors", () => {
  /** A bucket whose objects are only ever created. */
  function createBucket() {
    const objects = new Map<string, string>();
    return {
      objects,
      getFiles: async ({ prefix, maxResults }: { prefix: string; maxResults: number }) => {
        const names = [...objects.keys()].filter((name) => name.startsWith(prefix)).toSorted();
        const files = names.slice(0, maxResults).map((name) => ({
          name,
          download: async (): Promise<[Buffer]> => [Buffer.from(objects.get(name) ?? "")],
        }));
        return [files] as const;
      },
      file: (name: string) => ({
        save: async (
          json: string | Buffer,
          { preconditionOpts }: { preconditionOpts: { ifGenerationMatch: number } },
        ) => {
          expect(preconditionOpts).toEqual({ ifGenerationMatch: 0 });
          if (objects.has(name)) throw Object.assign(new Error("exists"), { code: 412 });
          objects.set(name, String(json));
        },
      }),
    };
  }

  test("are read newest first, and none is ever replaced", async () => {
    const bucket = createBucket();
    const store = createCursorStore(bucket);
    expect(await store.read("a")).toEqual({ number: 0, cursor: {} });
    for (let number = 1; number <= 12; number++) {
      expect(await store.write("a", { number, cursor: { since: String(number) } })).toBe(true);
    }
    expect(await store.write("ab", { number: 1, cursor: { since: "7" } })).toBe(true);
    expect(await store.read("a")).toEqual({ number: 12, cursor: { since: "12" } });
    expect(await store.write("a", { number: 12, cursor: { since: "99" } })).toBe(false);
    expect(await store.read("a")).toEqual({ number: 12, cursor: { since: "12" } });
    expect([...bucket.objects.keys()][0]).toBe("cursors/a/999999998.json");
  });

  test("fail where Storage does", async () => {
    const bucket = createBucket();
    const broken = { ...bucket, file: () => ({ save: () => Promise.reject(new Error("503")) }) };
    const writing = createCursorStore(broken).write("a", { number: 1, cursor: {} });
    await expect(writing).rejects.toThrow("503");
  });
});
