import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import type { PreparedSource } from "../../../../functions/poll-source/config.ts";
import type { Cursor } from "../../../../functions/poll-source/cursor.ts";
import { createFetcher } from "../../../../functions/poll-source/fetch-page.ts";
import { createHandler } from "../../../../functions/poll-source/handler.ts";
import { sources } from "../../../../functions/poll-source/sources.ts";
import { isPublicAddress } from "../../../../shared/network/is-public-address.ts";
import { plainData } from "../../../support/plain-data.ts";

type Serve = (asked: URL, request: IncomingMessage, response: ServerResponse) => void;

const noon = Date.parse("2026-01-02T12:00:00Z");
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A local server that answers as told, and what it was asked. */
async function startSource(serve: Serve) {
  const asked: string[] = [];
  const server = createServer((incoming, response) => {
    asked.push(incoming.url ?? "");
    serve(new URL(incoming.url ?? "", "http://local"), incoming, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port =
    address !== null && typeof address === "object" ? (address satisfies AddressInfo).port : 0;
  return { asked, origin: `http://127.0.0.1:${port}` };
}

/** The declared source, at the local server. */
function sourceAt(
  name: string,
  origin: string,
  changes: { mostPages?: number } = {},
): PreparedSource {
  const declared = sources.find((source) => source.name === name);
  if (declared === undefined) throw new Error(`no source ${name}`);
  const headers = { authorization: "Bearer t0ken" };
  if (declared.kind === "files") {
    return { ...declared, headers, url: declared.url.replace("https://{TURNSTILE_HOST}", origin) };
  }
  const { pathname } = new URL(declared.url.replaceAll(/[{}]/g, ""));
  return { ...declared, headers, url: origin + pathname, ...changes };
}

/** The handler on a cursor and topics in memory, with a clock that stands until it is moved. */
function createPoller(
  polled: readonly PreparedSource[],
  start: Cursor = {},
  allows: (address: string) => boolean = () => true,
) {
  const written = new Map<string, Cursor[]>();
  const published: { topic: string; data: string; attributes: Record<string, string> }[] = [];
  const stored = new Map<string, string>();
  const logged: object[] = [];
  const clock = { now: noon };
  const cursorsOf = (source: string) => written.get(source) ?? [start];
  const handle = createHandler({
    fetchPage: createFetcher({ protocol: "http:", request, allows }),
    cursors: {
      read: async (source) => ({
        number: cursorsOf(source).length - 1,
        cursor: cursorsOf(source).at(-1) ?? {},
      }),
      write: async (source, { number, cursor }) => {
        if (number !== cursorsOf(source).length) return false;
        written.set(source, [...cursorsOf(source), cursor]);
        return true;
      },
    },
    store: async (name, bytes) => stored.set(name, gunzipSync(bytes).toString()),
    publish: async (topic, data, attributes) => {
      published.push({ topic, data: plainData(data, attributes).toString(), attributes });
    },
    now: () => clock.now,
    log: { info: (counts) => logged.push(counts), error: (counts) => logged.push(counts) },
    config: { sources: polled },
  });
  return {
    published,
    stored,
    logged,
    clock,
    cursors: (source: string) => cursorsOf(source).slice(1),
    poll: async (body: object = { schedule: "poll-source" }) => {
      let status = 0;
      let answer = "";
      await handle(
        { method: "POST", body },
        {
          status: (code) => {
            status = code;
          },
          setHeader: () => undefined,
          end: (text) => {
            answer = text;
          },
        },
      );
      const parsed: unknown = JSON.parse(answer);
      return { status, answer: parsed };
    },
  };
}

const send = (response: ServerResponse, value: unknown, headers: Record<string, string> = {}) =>
  response.writeHead(200, headers).end(JSON.stringify(value));

/** X with the posts 1 to `most`, three to a page. */
const servePosts =
  (most: () => number): Serve =>
  (asked, _request, response) => {
    const since = Number(asked.searchParams.get("since_id") ?? "0");
    const before = Number(asked.searchParams.get("next_token")?.slice(1) ?? most() + 1);
    const ids = Array.from({ length: 3 }, (_, n) => before - 1 - n).filter((id) => id > since);
    const last = ids.at(-1) ?? 0;
    const meta = last > since + 1 ? { next_token: `t${last}` } : {};
    send(
      response,
      ids.length === 0 ? { meta } : { data: ids.map((id) => ({ id: String(id) })), meta },
    );
  };

const outcomes = (answer: unknown) => JSON.stringify(answer).match(/(?<="outcome":")[\w-]+/g);

describe("a source of pages behind tokens", () => {
  test("is asked for one page at first, and then for all that is newer", async () => {
    let most = 10;
    const { asked, origin } = await startSource(servePosts(() => most));
    const poller = createPoller([sourceAt("x-recent-search", origin)]);

    expect(await poller.poll()).toEqual({
      status: 200,
      answer: { sources: [{ source: "x-recent-search", outcome: "done", pages: 1, items: 3 }] },
    });
    most = 17;
    expect((await poller.poll()).answer).toMatchObject({ sources: [{ pages: 3, items: 7 }] });
    expect(asked).toEqual([
      "/2/tweets/search/recent",
      "/2/tweets/search/recent?since_id=10",
      "/2/tweets/search/recent?since_id=10&next_token=t15",
      "/2/tweets/search/recent?since_id=10&next_token=t12",
    ]);
    expect(poller.published[0]).toEqual({
      topic: "tweets",
      data: '{"data":[{"id":"10"},{"id":"9"},{"id":"8"}],"meta":{"next_token":"t8"}}',
      attributes: { schema: "raw", source: "x-recent-search", server: new URL(origin).host },
    });
    expect(poller.cursors("x-recent-search")).toEqual([{ since: "10" }, { since: "17" }]);
    // Nothing new: no cursor, and nothing is published.
    expect((await poller.poll()).answer).toMatchObject({
      sources: [{ outcome: "done", items: 0 }],
    });
    expect(poller.published).toHaveLength(4);
    expect(poller.cursors("x-recent-search")).toHaveLength(2);
  });

  test("is left in the middle within bounds, and resumed there", async () => {
    const { origin } = await startSource(servePosts(() => 20));
    const source = sourceAt("x-recent-search", origin, { mostPages: 2 });
    const poller = createPoller([source], { since: "10" });
    expect(outcomes((await poller.poll()).answer)).toEqual(["more"]);
    expect(poller.cursors(source.name)).toEqual([
      { since: "10", resume: { token: "t15", newest: "20" } },
    ]);
    expect(outcomes((await poller.poll()).answer)).toEqual(["done"]);
    expect(poller.cursors(source.name).at(-1)).toEqual({ since: "20" });
    const ids = poller.published.flatMap(({ data }) => data.match(/(?<="id":")\d+/g) ?? []);
    expect(ids.map(Number)).toEqual([20, 19, 18, 17, 16, 15, 14, 13, 12, 11]);
  });

  test("whose pages lead in circles or never end is left", async () => {
    const circles = await startSource((_asked, _request, response) =>
      send(response, { data: [{ id: "5" }], meta: { next_token: "again" } }),
    );
    let id = 100;
    const endless = await startSource((_asked, _request, response) => {
      id -= 1;
      send(response, { data: [{ id: String(id) }], meta: { next_token: `t${id}` } });
    });
    const one = createPoller([sourceAt("x-recent-search", circles.origin)], { since: "1" });
    expect(outcomes((await one.poll()).answer)).toEqual(["done"]);
    expect(circles.asked).toHaveLength(2);
    const other = createPoller([sourceAt("x-recent-search", endless.origin)], { since: "1" });
    expect(outcomes((await other.poll()).answer)).toEqual(["more"]);
    expect(endless.asked).toHaveLength(10);
  });

  test("forgets a token that the source knows no more, and then an id", async () => {
    const { asked, origin } = await startSource((url, _request, response) => {
      if (url.search === "") send(response, { data: [{ id: "9" }], meta: {} });
      else response.writeHead(400).end("{}");
    });
    const source = sourceAt("x-recent-search", origin);
    const poller = createPoller([source], { since: "1", resume: { token: "old", newest: "7" } });
    const run = async () => outcomes((await poller.poll()).answer);
    expect([await run(), await run(), await run()]).toEqual([
      ["cursor-refused"],
      ["cursor-refused"],
      ["done"],
    ]);
    expect(poller.cursors(source.name)).toEqual([{ since: "1" }, {}, { since: "9" }]);
    expect(asked).toHaveLength(3);
  });
});

test("a source without tokens is asked behind its newest id until there is nothing", async () => {
  const { asked, origin } = await startSource((url, _request, response) => {
    const after = Number(url.searchParams.get("min_id") ?? "97");
    const ids = [3, 2, 1].map((n) => after + n).filter((id) => id <= 105);
    send(
      response,
      ids.map((id) => ({ id: String(id) })),
    );
  });
  const poller = createPoller([sourceAt("mastodon-public", origin)], { since: "99" });
  expect((await poller.poll()).answer).toMatchObject({ sources: [{ pages: 3, items: 6 }] });
  expect(asked.map((url) => url.split("?")[1])).toEqual(["min_id=99", "min_id=102", "min_id=105"]);
  expect(poller.published.map(({ topic }) => topic)).toEqual([
    "mastodon-statuses",
    "mastodon-statuses",
  ]);
  expect(poller.cursors("mastodon-public")).toEqual([{ since: "105" }]);
});

test("a source that tells late is asked again for its last hour, by its times", async () => {
  const { asked, origin } = await startSource((_asked, _request, response) =>
    send(response, {
      hits: [
        { objectID: "9", created_at_i: 1_767_355_200 },
        { objectID: "8", created_at_i: 1_767_355_100 },
      ],
    }),
  );
  const poller = createPoller([sourceAt("hacker-news", origin)]);
  await poller.poll();
  expect((await poller.poll()).answer).toEqual({
    sources: [{ source: "hacker-news", outcome: "done", pages: 1, items: 2 }],
  });
  expect(asked.map((url) => new URL(url, origin).searchParams.get("numericFilters"))).toEqual([
    null,
    "created_at_i>1767351600",
  ]);
  expect(poller.published.map(({ topic }) => topic)).toEqual(["items", "items"]);
  expect(poller.published[0]?.attributes).toMatchObject({ source: "hacker-news" });
  expect(poller.cursors("hacker-news")).toEqual([{ since: "1767355200" }]);
});

describe("files of the week", () => {
  // 2026-01-02 is a Friday.
  const weeks = ["251206", "251213", "251220", "251227"];
  const header = "C/A,UNIT,SCP,STATION,LINENAME,DIVISION,DATE,TIME,DESC,ENTRIES,EXITS\n";
  const week = (name: string) => `${header}A002,R051,02-00-00,59 ST,NQR456W,BMT,${name}\n`;
  const nameOf = (url: string) => /turnstile_(\d{6})\.txt$/.exec(url)?.[1] ?? "";
  /** A server that has the weeks in `files`, and calls each by its text. */
  const serveFiles =
    (files: Map<string, string>): Serve =>
    (asked, { headers }, response) => {
      const text = files.get(nameOf(asked.pathname));
      const etag = `"${text?.length}"`;
      if (text === undefined) response.writeHead(404).end("no such file");
      else if (headers["if-none-match"] === etag) response.writeHead(304).end();
      else response.writeHead(200, { "content-type": "text/plain", etag }).end(text);
    };
  const textsOf = ({ stored }: ReturnType<typeof createPoller>) =>
    [...stored].map(([name, text]) => [name.replace(/[0-9a-f]{16}/, "DIGEST"), text]);

  test("are put into the lake, the oldest first, and the next one when it appears", async () => {
    const files = new Map(weeks.slice(1).map((name) => [name, week(name)]));
    const { asked, origin } = await startSource(serveFiles(files));
    const poller = createPoller([sourceAt("turnstile-weeks", origin)]);
    expect(await poller.poll()).toEqual({
      status: 200,
      answer: { sources: [{ source: "turnstile-weeks", outcome: "done", pages: 3, items: 3 }] },
    });
    expect(asked.map(nameOf)).toEqual(weeks);
    const folder = "landing/turnstiles/turnstile-weeks";
    expect(textsOf(poller)).toEqual([
      [`${folder}/DIGEST-turnstile_251213.txt.gz`, week("251213")],
      [`${folder}/DIGEST-turnstile_251220.txt.gz`, week("251220")],
      [`${folder}/DIGEST-turnstile_251227.txt.gz`, week("251227")],
    ]);

    // On Saturday it is not there at first, and then it is; what is known costs no body.
    poller.clock.now = Date.parse("2026-01-03T05:00:00Z");
    expect(outcomes((await poller.poll()).answer)).toEqual(["unchanged"]);
    files.set("260103", week("260103"));
    poller.clock.now = Date.parse("2026-01-03T06:00:00Z");
    expect((await poller.poll()).answer).toMatchObject({
      sources: [{ outcome: "done", items: 1 }],
    });
    expect(textsOf(poller).at(-1)).toEqual([
      `${folder}/DIGEST-turnstile_260103.txt.gz`,
      week("260103"),
    ]);
    expect(outcomes((await poller.poll()).answer)).toEqual(["unchanged"]);
    expect(poller.stored.size).toBe(4);
    expect(poller.published).toEqual([]);
  });

  test("that were mended are there as well, and what comes twice is there once", async () => {
    const files = new Map([["251227", week("251227")]]);
    const { origin } = await startSource(serveFiles(files));
    const source = sourceAt("turnstile-weeks", origin);
    const poller = createPoller([source]);
    await poller.poll();
    // A second poller knows nothing of it.
    const other = createPoller([source]);
    await other.poll();
    expect([...other.stored.keys()]).toEqual([...poller.stored.keys()]);
    files.set("251227", `${week("251227")}B002\n`);
    await poller.poll();
    expect(poller.stored.size).toBe(2);
  });

  test("without a name for its answer, a file is asked for once", async () => {
    const { asked, origin } = await startSource((_asked, _request, response) =>
      response.end(week("x")),
    );
    const poller = createPoller([sourceAt("turnstile-weeks", origin)]);
    await poller.poll();
    expect(outcomes((await poller.poll()).answer)).toEqual(["unchanged"]);
    expect(asked).toHaveLength(4);
  });

  test.each<[string, Serve, string]>([
    [
      "a page with status 200",
      (_asked, _request, response) =>
        response.writeHead(200, { "content-type": "text/html" }).end("<html>not found</html>"),
      "failed",
    ],
    [
      "a cut file",
      (_asked, _request, response) => {
        response.writeHead(200, { "content-length": "9999" }).write(header);
        setTimeout(() => response.destroy(), 20);
      },
      "failed",
    ],
    ["500", (_asked, _request, response) => response.writeHead(500).end(), "failed"],
    ["403", (_asked, _request, response) => response.writeHead(403).end(), "refused"],
    [
      "429",
      (_asked, _request, response) => response.writeHead(429, { "retry-after": "600" }).end(),
      "limited",
    ],
  ])(
    "of which one is %s are not in the lake, and are asked for again",
    async (_what, serve, outcome) => {
      const files = new Map(weeks.map((name) => [name, week(name)]));
      let isIll = true;
      const { origin } = await startSource((asked, ...rest) => {
        const isHit = isIll && nameOf(asked.pathname) === "251220";
        (isHit ? serve : serveFiles(files))(asked, ...rest);
      });
      const poller = createPoller([sourceAt("turnstile-weeks", origin)]);
      expect(outcomes((await poller.poll()).answer)).toEqual([outcome]);
      expect(textsOf(poller).map(([, text]) => text)).toEqual([week("251206"), week("251213")]);
      isIll = false;
      poller.clock.now = noon + 3_600_000;
      expect(outcomes((await poller.poll()).answer)).toEqual(["done"]);
      expect(poller.stored.size).toBe(4);
    },
  );

  test("that are not safe move no cursor", async () => {
    const { origin } = await startSource(serveFiles(new Map([["251227", week("251227")]])));
    const poller = createPoller([sourceAt("turnstile-weeks", origin)]);
    poller.stored.set = () => {
      throw new Error("unavailable");
    };
    expect((await poller.poll()).status).toBe(503);
    expect(poller.cursors("turnstile-weeks")).toEqual([]);
  });
});

test("an answer that has not changed costs no body", async () => {
  const { origin } = await startSource((url, { headers }, response) => {
    if (headers["if-none-match"] === '"a"') response.writeHead(304).end();
    else send(response, url.search === "" ? [{ id: "7" }] : [], { etag: '"a"' });
  });
  const poller = createPoller([sourceAt("mastodon-public", origin)]);
  const run = async () => outcomes((await poller.poll()).answer);
  // The first answer is that to another question.
  expect([await run(), await run(), await run()]).toEqual([["done"], ["done"], ["unchanged"]]);
});

describe("a source that is not well", () => {
  test("is left alone as long as it wants, whoever asks", async () => {
    const { asked, origin } = await startSource((_asked, _request, response) =>
      response.writeHead(asked.length === 1 ? 429 : 500, { "retry-after": "600" }).end(),
    );
    const poller = createPoller([sourceAt("mastodon-public", origin)], { since: "1" });
    expect(outcomes((await poller.poll()).answer)).toEqual(["limited"]);
    expect(poller.cursors("mastodon-public")).toEqual([{ since: "1", notBefore: noon + 600_000 }]);
    poller.clock.now = noon + 599_000;
    const answer = await poller.poll({ source: "mastodon-public" });
    expect(outcomes(answer.answer)).toEqual(["left-alone"]);
    poller.clock.now = noon + 600_000;
    expect(outcomes((await poller.poll()).answer)).toEqual(["failed"]);
    expect(asked).toHaveLength(2);
    expect(poller.cursors("mastodon-public").at(-1)).toEqual({ since: "1" });
  });

  const page = JSON.stringify([{ id: "5" }]);
  test.each<[string, Serve]>([
    ["500", (_asked, _request, response) => response.writeHead(500).end()],
    [
      "a cut body",
      (_asked, _request, response) => {
        response.writeHead(200, { "content-length": "99" }).write(page);
        setTimeout(() => response.destroy(), 20);
      },
    ],
    [
      "cut gzip",
      (_asked, _request, response) =>
        response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(page).subarray(0, -4)),
    ],
    [
      "gzip that breaks off between two members",
      (_asked, _request, response) => {
        const gzip = gzipSync(page);
        const headers = { "content-encoding": "gzip", "content-length": 2 * gzip.length };
        response.writeHead(200, headers).write(gzip);
        setTimeout(() => response.destroy(), 20);
      },
    ],
    [
      "a bomb",
      (_asked, _request, response) =>
        response
          .writeHead(200, { "content-encoding": "gzip" })
          .end(gzipSync(Buffer.alloc(6_000_000))),
    ],
    [
      "a page of more than any page has",
      (_asked, _request, response) => {
        const text = "x".repeat(5_000_000);
        response.writeHead(200).end(JSON.stringify([{ id: "5", text }]));
      },
    ],
    [
      "another compression",
      (_asked, _request, response) =>
        response.writeHead(200, { "content-encoding": "br" }).end(page),
    ],
    ["HTML", (_asked, _request, response) => response.writeHead(200).end("<html>")],
    [
      "JSON cut short",
      (_asked, _request, response) => response.writeHead(200).end(page.slice(0, -2)),
    ],
    [
      "another host",
      (_asked, _request, response) =>
        response.writeHead(302, { location: "http://example.com/" }).end(),
    ],
    [
      "another port",
      (_asked, _request, response) =>
        response.writeHead(307, { location: "http://127.0.0.1:9/" }).end(),
    ],
    [
      "another scheme",
      (_asked, _request, response) =>
        response.writeHead(301, { location: "file:///etc/passwd" }).end(),
    ],
    ["itself", (_asked, _request, response) => response.writeHead(302, { location: "/" }).end()],
    ["a wrong secret", (_asked, _request, response) => response.writeHead(401).end()],
  ])("because of %s keeps its cursor, and takes no other down", async (_what, serve) => {
    const ill = await startSource(serve);
    const well = await startSource(servePosts(() => 3));
    const poller = createPoller(
      [sourceAt("mastodon-public", ill.origin), sourceAt("x-recent-search", well.origin)],
      { since: "1" },
    );
    const { status, answer } = await poller.poll();
    expect(status).toBe(503);
    expect(outcomes(answer)?.[0]).toMatch(/^(failed|refused)$/);
    expect(outcomes(answer)?.[1]).toBe("done");
    expect(poller.cursors("mastodon-public")).toEqual([]);
    expect(poller.published.map(({ topic }) => topic)).toEqual(["tweets"]);
    expect(JSON.stringify(poller.logged)).not.toContain("t0ken");
  });

  test("leads to nobody else, however well they answer", async () => {
    const other = await startSource(servePosts(() => 3));
    const { origin } = await startSource((_asked, _request, response) =>
      response.writeHead(302, { location: `${other.origin}/2/tweets` }).end(),
    );
    const poller = createPoller([sourceAt("x-recent-search", origin)], { since: "1" });
    expect((await poller.poll()).status).toBe(503);
    expect([other.asked, poller.published]).toEqual([[], []]);
  });

  test("keeps what it gave before it failed", async () => {
    const { origin } = await startSource((url, ...rest) => {
      if (url.searchParams.has("next_token")) rest[1].writeHead(500).end();
      else servePosts(() => 10)(url, ...rest);
    });
    const poller = createPoller([sourceAt("x-recent-search", origin)], { since: "1" });
    expect((await poller.poll()).status).toBe(503);
    expect(poller.cursors("x-recent-search")).toEqual([
      { since: "1", resume: { token: "t8", newest: "10" } },
    ]);
  });
});

describe("nobody is asked", () => {
  test.each(["127.0.0.1", "localhost"])("at %s, which is not public", async (host) => {
    const { asked, origin } = await startSource((_asked, _request, response) => send(response, []));
    const source = sourceAt("mastodon-public", origin.replace("127.0.0.1", host));
    const poller = createPoller([source], {}, isPublicAddress);
    expect((await poller.poll()).status).toBe(503);
    expect(asked).toEqual([]);
    expect(JSON.stringify(poller.logged)).toContain("public");
  });

  test("before it is due, unless by hand", async () => {
    const { asked, origin } = await startSource(servePosts(() => 3));
    const poller = createPoller([sourceAt("x-recent-search", origin)]);
    poller.clock.now = noon + 60_000;
    expect((await poller.poll()).answer).toEqual({ sources: [] });
    expect(asked).toEqual([]);
    await poller.poll({ source: "x-recent-search" });
    expect(asked).toHaveLength(1);
    expect((await poller.poll({ source: "myspace" })).status).toBe(400);
    expect((await poller.poll({ source: 7 })).status).toBe(400);
  });
});

test("two pollers at once publish the same, and one cursor counts", async () => {
  const { origin } = await startSource(servePosts(() => 3));
  const poller = createPoller([sourceAt("x-recent-search", origin)], { since: "1" });
  const both = await Promise.all([poller.poll(), poller.poll()]);
  expect(new Set(both.flatMap(({ answer }) => outcomes(answer)))).toEqual(
    new Set(["done", "overtaken"]),
  );
  expect(poller.cursors("x-recent-search")).toEqual([{ since: "3" }]);
});

test("a page that is not safe moves no cursor", async () => {
  const { origin } = await startSource(servePosts(() => 3));
  const source = sourceAt("x-recent-search", origin);
  const cursors: Cursor[] = [];
  const handle = createHandler({
    fetchPage: createFetcher({ protocol: "http:", request, allows: () => true }),
    cursors: {
      read: async () => ({ number: 0, cursor: {} }),
      write: async (_source, { cursor }) => cursors.push(cursor) > 0,
    },
    store: () => Promise.reject(new Error("unavailable")),
    publish: () => Promise.reject(new Error("unavailable")),
    now: () => noon,
    log: { info: () => undefined, error: () => undefined },
    config: { sources: [source] },
  });
  let status = 0;
  await handle(
    { method: "POST", body: {} },
    {
      status: (code) => {
        status = code;
      },
      setHeader: () => undefined,
      end: () => undefined,
    },
  );
  expect(status).toBe(503);
  expect(cursors).toEqual([]);
});
