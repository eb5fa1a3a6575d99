import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { normalizeMessage as normalizeBluesky } from "../../functions/normalize-bluesky/normalize-message.ts";
import { normalizeMessage as normalizeMastodon } from "../../functions/normalize-mastodon/normalize-message.ts";
import { followJetstream } from "../producer/follow-jetstream.ts";
import { followMastodon } from "../producer/follow-mastodon.ts";
import { type LiveSource, publishable } from "../producer/live-source.ts";
import { delivery } from "../support/deliveries.ts";
import { hasSharedData, sharedDataPath, sharedLines } from "../support/shared-data.ts";
import { type Connection, startSocketServer } from "../support/start-socket-server.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "live-"));
});
afterAll(() => rm(folder, { recursive: true }));

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
async function serve(options: Parameters<typeof startSocketServer>[0]) {
  const server = await startSocketServer(options);
  stops.push(server.stop);
  return server.host;
}

let files = 0;
/** What a source publishes, each event acknowledged at once, until so many have come. */
async function collect(source: LiveSource, count: number, path = join(folder, `${files++}.json`)) {
  const stopping = new AbortController();
  const live = await publishable(source, { signal: stopping.signal, path });
  const notes: string[] = [];
  const collected: string[] = [];
  for await (const event of live.events((line) => notes.push(line))) {
    collected.push(Buffer.from(event).toString());
    live.onSettled(collected.length);
    if (collected.length >= count) stopping.abort();
  }
  await live.close();
  const cursor: unknown = JSON.parse(await readFile(path, "utf8"));
  return { collected, notes, cursor, path, lag: live.lag() };
}

const firstRetryMs = 5;
const timeUs = 1_783_175_888_000_000;
const event = (index: number) =>
  JSON.stringify({
    did: "did:plc:wq4aajammjtxdomz3e23667t",
    time_us: timeUs + index,
    kind: "commit",
    commit: { operation: "create", collection: "app.bsky.feed.like", rkey: `k${index}` },
  });
const isLegacy = (url: URL) => (url.pathname === "/subscribe" ? (true as const) : 404);

describe("a Jetstream of the older kind", () => {
  test.skipIf(!hasSharedData)(
    "is followed through cuts, half frames and repeats: no event is missing",
    async () => {
      const text = readFileSync(sharedDataPath("bluesky/jetstream-events.jsonl"), "utf8");
      const lines = text.trim().split("\n");
      const asked: (string | null)[] = [];
      const host = await serve({
        accept: isLegacy,
        serve: ({ url, socket, cut }, index) => {
          asked.push(url.searchParams.get("cursor"));
          // Each connection goes back by 30 events, and is cut 80 events later.
          const from = Math.max(0, index * 50 - 30);
          for (const line of lines.slice(from, from + 80)) socket.send(line);
          if (from + 80 < lines.length) cut();
        },
      });
      const source = followJetstream(`ws://${host}`, { firstRetryMs });
      const { collected, notes } = await collect(source, 272);
      expect(new Set(collected)).toEqual(new Set(lines));
      expect(asked.length).toBeGreaterThan(2);
      // Five seconds before the greatest time of what was acknowledged.
      const times = lines.slice(0, 80).map((line) => Number(/"time_us":(\d+)/.exec(line)?.[1]));
      expect(asked.slice(0, 2)).toEqual([null, String(Math.max(...times) - 5_000_000)]);
      expect(notes[0]).toMatch(/connection lost .* the next attempt in 0\.0 s/);
      const { receipts } = normalizeBluesky(delivery(collected.join("\n")), {
        functionVersion: "v1",
        now: Date.now(),
        storesText: false,
      });
      const posts = receipts.filter(({ outcome }) => outcome === "post").map(({ id }) => id);
      expect(new Set(posts).size).toBe(17);
    },
  );

  test("is asked for posts and reposts, and goes on where the last run stopped", async () => {
    const asked: URL[] = [];
    const host = await serve({
      accept: isLegacy,
      serve: ({ url, socket }) => {
        asked.push(url);
        for (let index = 0; index < 10; index++) socket.send(event(index));
      },
    });
    const source = () => followJetstream(`ws://${host}`, { firstRetryMs });
    const { path, cursor } = await collect(source(), 3);
    expect(cursor).toEqual({ source: `jetstream ${host}`, cursor: timeUs + 2 });
    await collect(source(), 1, path);
    expect(asked.map((url) => url.searchParams.getAll("wantedCollections"))).toEqual([
      ["app.bsky.feed.post", "app.bsky.feed.repost"],
      ["app.bsky.feed.post", "app.bsky.feed.repost"],
    ]);
    expect(asked[1]?.searchParams.get("cursor")).toBe(String(timeUs + 2 - 5_000_000));
  });

  test("that goes back takes the cursor no way back", async () => {
    const host = await serve({
      accept: isLegacy,
      serve: ({ socket }) => {
        for (const index of [7, 3, 1]) socket.send(event(index));
      },
    });
    const { cursor } = await collect(followJetstream(`ws://${host}`, { firstRetryMs }), 3);
    expect(cursor).toMatchObject({ cursor: timeUs + 7 });
  });
});

describe("a Jetstream with subscribeEvents", () => {
  // Made by `zstd --train --maxdict=600 --dictID=7`.
  const dictionary = Buffer.from(
    "N6Qw7AcAAAAlEMhS4gb///////+XuF4hEiHbJkQprWSy/P8stcjebGnrbhAQCuMDAAAAAIAdcAcAAAQAAAAAAACAMgAAAAAAZxMDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAWSPAHgAAAPQuYgYHAAAAAAAAAAAAAAAAACMOAAAAAAABAAAABAAAAAgAAAAgMTA3In19fXsiJHR5cGUiOiJtZXNzYWdlIiwicGF5bG9hZCI6eyIkdHlwZSI6Im5ldHdvcmsuYnNreS5qZXQ6InBvc3QgMjQ1In19fXsiJHR5cGUiOiJtZXNzYWdlIiwicGF5bG9hZCI6eyIkdHlwZSI6Im5ldHdvcmsuYnNreS5qZXRzdHJlYW0uc3Vic2NyaWJlRXZlbnRzI2NvbW1pdCIsInNlcSI6MTc1LCJkaWQiOiJkaWQ6cGxjOnc3aTRqNmpvdmV4azIydHJvYTZ3ZnE3eiIsInRpbWUiOiIyMDI2LTA3LTA0VDE0OjM4OjA4LjA5MDYzMVoiLCJyZXYiOiIzbXB0YnlwY3EzNzJmIiwib3BlcmF0aW9uIjoiY3JlYXRlIiwiY29sbGVjdGlvbiI6ImFwcC5ic2t5LmZlZWQucG9zdCIsInJrZXkiOiIzbXB0YnlvZXljMjJrIiwicmVjb3JkIjp7IiR0eXBlIjoiYXBwLmJza3kuZmVlZC5wb3N0IiwiY3JlYXRlZEF0IjoiMjAyNi0wNy0wNFQxNDozODowNi4yNDBaIiwibGFuZ3MiOlsiZW4iXSwidGV4dCI6InBvc3Qg",
    "base64",
  );
  const frame = (seq: number) =>
    JSON.stringify({
      $type: "message",
      payload: {
        $type: "network.bsky.jetstream.subscribeEvents#commit",
        seq,
        did: "did:plc:wq4aajammjtxdomz3e23667t",
        time: "2026-07-04T14:38:08.090631Z",
        operation: "delete",
        collection: "app.bsky.feed.post",
        rkey: `k${seq}`,
      },
    });
  const open = (asked: URL[], hasDictionary: boolean, send: (connection: Connection) => void) =>
    serve({
      protocol: "xrpc.v1.json",
      accept: (url) => (url.pathname.endsWith(".subscribeEvents") ? true : 404),
      answer: (url, response) => {
        if (hasDictionary && url.pathname.endsWith(".getZstdDictionary")) response.end(dictionary);
        else response.writeHead(404).end();
      },
      serve: (connection) => {
        asked.push(connection.url);
        send(connection);
      },
    });

  test("sends frames compressed with its dictionary, and goes on by its numbers", async () => {
    const asked: URL[] = [];
    const host = await open(asked, true, ({ socket }) => {
      for (const seq of [4, 5, 6]) socket.send(zstdCompressSync(frame(seq), { dictionary }));
    });
    const source = () => followJetstream(`ws://${host}`, { firstRetryMs });
    const { collected, path, cursor } = await collect(source(), 3);
    expect(collected).toEqual([frame(4), frame(5), frame(6)]);
    expect(cursor).toMatchObject({ cursor: 6 });
    await collect(source(), 1, path);
    const [first, second] = asked.map(({ searchParams }) => searchParams);
    expect(first?.get("zstdDictionary")).toBe("7");
    expect([first?.get("cursor"), second?.get("cursor")]).toEqual([null, "6"]);
    expect(first?.getAll("kinds")).toEqual(["commit", "account"]);
  });

  test("is plain where it has no dictionary", async () => {
    const asked: URL[] = [];
    const host = await open(asked, false, ({ socket }) => socket.send(frame(1)));
    const { collected } = await collect(followJetstream(`ws://${host}`, { firstRetryMs }), 1);
    expect(collected).toEqual([frame(1)]);
    expect(asked[0]?.searchParams.has("zstdDictionary")).toBe(false);
  });

  test("a frame that nobody can read goes on as it came", async () => {
    const bytes = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 2]);
    const host = await open([], true, ({ socket }) => {
      socket.send(bytes);
      socket.send(frame(1));
    });
    const { collected } = await collect(followJetstream(`ws://${host}`, { firstRetryMs }), 2);
    expect(collected).toEqual([bytes.toString(), frame(1)]);
  });
});

test("a server that knows neither kind of Jetstream is told, not asked for ever", async () => {
  const host = await serve({ accept: () => 404, serve: () => {} });
  const source = followJetstream(`ws://${host}`, { firstRetryMs });
  await expect(collect(source, 1)).rejects.toThrow(/\/subscribe\S* answers 404/);
});

test("a server that is down is asked again", async () => {
  let attempts = 0;
  const host = await serve({
    accept: (url) => (url.pathname !== "/subscribe" ? 404 : attempts++ < 2 ? 503 : true),
    serve: ({ socket }) => socket.send(event(1)),
  });
  const { notes } = await collect(followJetstream(`ws://${host}`, { firstRetryMs }), 1);
  expect(notes).toHaveLength(2);
  expect(notes[0]).toContain("status 503");
});

test.each(["https://a.example", "ws://a.example/other", "ws://"])("%s is no Jetstream", (url) => {
  expect(() => followJetstream(url)).toThrow(/must be the address of a Jetstream server/);
});

describe("a server of Mastodon", () => {
  const idAt = (ms: number) => String(BigInt(ms) << 16n);
  const status = (ms: number) => ({
    id: idAt(ms),
    created_at: new Date(ms).toISOString(),
    uri: `https://a.example/${ms}`,
    content: '<a href="https://example.com/a">a</a>',
    account: { url: "https://a.example/@a" },
  });
  const start = Date.parse("2026-07-04T14:00:00Z");
  const update = (ms: number) =>
    JSON.stringify({ stream: ["public"], event: "update", payload: JSON.stringify(status(ms)) });

  test("is followed through a cut, with what its timeline has of the time between", async () => {
    const tokens: (string | undefined)[] = [];
    const pages: (string | null)[] = [];
    const host = await serve({
      accept: (url) => (url.pathname === "/api/v1/streaming" ? true : 404),
      answer: (url, response, request) => {
        if (url.pathname !== "/api/v1/timelines/public") return void response.writeHead(404).end();
        tokens.push(request.headers.authorization);
        pages.push(url.searchParams.get("min_id"));
        const missed = pages.length === 1 ? [status(start + 3_000), status(start + 2_000)] : [];
        response.end(JSON.stringify(missed));
      },
      serve: ({ request, socket, cut }, index) => {
        tokens.push(request.headers.authorization);
        socket.send(update(start + (index === 0 ? 1_000 : 4_000)));
        if (index === 0) cut();
      },
    });
    const source = followMastodon(`http://${host}`, { token: "secret", firstRetryMs });
    expect(source.attributes).toEqual({ server: host });
    const { collected, notes } = await collect(source, 4);
    const { receipts } = normalizeMastodon(delivery(collected.join("\n")), {
      functionVersion: "v1",
      now: start + 60_000,
      storesText: false,
    });
    const seconds = receipts.map(({ event_time }) => event_time?.slice(17, 19));
    expect(new Set(seconds)).toEqual(new Set(["01", "02", "03", "04"]));
    expect(pages).toEqual([idAt(start + 1_000), idAt(start + 3_000)]);
    expect(new Set(tokens)).toEqual(new Set(["Bearer secret"]));
    expect(notes.join()).not.toContain("secret");
  });

  test.skipIf(!hasSharedData)("replays real statuses, each as an event", async () => {
    const lines = sharedLines("mastodon/statuses.jsonl.gz").slice(0, 50);
    const host = await serve({
      serve: ({ socket }) => {
        for (const line of lines) socket.send(JSON.stringify({ event: "update", payload: line }));
      },
    });
    const source = followMastodon(`http://${host}`, { token: "t", firstRetryMs });
    const { collected } = await collect(source, 50);
    const context = { functionVersion: "v1", now: Date.now(), storesText: false };
    const { shares, failed } = normalizeMastodon(delivery(collected.join("\n")), context);
    expect([shares.length, failed.length]).toEqual([50, 0]);
  });

  test("needs a token, and a host", () => {
    expect(() => followMastodon("a.example", { token: undefined })).toThrow(/MASTODON_TOKEN/);
    expect(() => followMastodon("a.example/@b", { token: "t" })).toThrow(/must be the host/);
  });
});
