import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { declareRoute } from "../../../../functions/serve-dashboard/api/route.ts";
import { createHandler } from "../../../../functions/serve-dashboard/handler.ts";
import type { Asset } from "../../../../functions/serve-dashboard/http/read-assets.ts";
import { TooMuchToReadError } from "../../../../functions/serve-dashboard/queries/query.ts";

/** A table of one row with the word that is asked for. */
const words = declareRoute({
  path: "/words/{word}",
  summary: "One word",
  parameters: z.strictObject({ word: z.string().max(2_000), format: z.string() }),
  row: z.object({ word: z.string(), length: z.number() }),
  about: {},
  answer: async ({ word }) => {
    if (word === "huge") throw new TooMuchToReadError("25 GB");
    if (word === "down") throw new Error("no connection to 10.0.0.7");
    return { rows: [{ word, length: word.length }] };
  },
});

/** A user whose name is markup. */
const users = declareRoute({
  path: "/users/{user}",
  summary: "One user",
  parameters: z.strictObject({ user: z.string(), format: z.string() }),
  row: z.object({ name: z.string() }),
  about: {},
  answer: async () => ({ rows: [{ name: "</script><b>$&" }] }),
});

const page = '<html><script type="application/json" id="answers">{}</script></html>';
const asset = (body: string, others: Partial<Asset> = {}): Asset => ({
  type: "text/html; charset=utf-8",
  isNamedByContent: false,
  etag: 'W/"of-the-page"',
  bodies: new Map([["identity", Buffer.from(body)]]),
  ...others,
});
const script = {
  type: "text/javascript; charset=utf-8",
  isNamedByContent: true,
  etag: 'W/"of-the-script"',
  bodies: new Map([
    ["identity", Buffer.from("plain()")],
    ["br", Buffer.from("brotli")],
    ["gzip", Buffer.from("gzip")],
  ]),
};

/** Asks a page of these files, and an API of the route of words. */
async function ask(
  target: string,
  {
    method = "GET",
    headers = {},
    admit = () => true,
  }: { method?: string; headers?: Record<string, string>; admit?: () => boolean } = {},
) {
  const logged: object[] = [];
  const handle = createHandler({
    routes: [words, users],
    main: "url-mentions",
    sources: { ask: async () => [], now: () => 0, queries: () => 0 },
    assets: new Map([
      ["index.html", asset(page)],
      ["main-ABCDEF12.js", script],
    ]),
    targetOf: () => target,
    admit,
    log: { debug: () => undefined, error: (details) => logged.push(details) },
  });
  const sent: { status: number; headers: Record<string, string>; body: Buffer | undefined } = {
    status: 0,
    headers: {},
    body: undefined,
  };
  await handle(
    { method, headers },
    {
      writeHead: (status, given) => Object.assign(sent, { status, headers: given }),
      end: (body) => {
        if (body !== undefined) sent.body = Buffer.from(body);
      },
    },
  );
  return { ...sent, text: sent.body?.toString() ?? "", logged };
}

describe("an answer of the API", () => {
  test("may be kept by its reader alone, who asks each time whether it is still right", async () => {
    const first = await ask("/api/v1/words/hour");
    expect(first.status).toBe(200);
    expect(first.text).toBe('{"rows":[{"word":"hour","length":4}]}');
    expect(first.headers).toMatchObject({
      "cache-control": "private, no-cache",
      vary: "accept-encoding",
      "content-type": "application/json",
      "content-length": "37",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "content-security-policy":
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
      etag: expect.stringMatching(/^W\/"[\w-]{22}"$/),
    });
    const { etag = "" } = first.headers;
    for (const known of [etag, `"other", ${etag}`, "*"]) {
      const again = await ask("/api/v1/words/hour", { headers: { "if-none-match": known } });
      expect([known, again.status, again.text]).toEqual([known, 304, ""]);
      expect(again.headers).toMatchObject({
        "cache-control": "private, no-cache",
        vary: "accept-encoding",
        etag,
      });
      expect(again.headers).not.toHaveProperty("content-length");
    }
    const other = await ask("/api/v1/words/hours", { headers: { "if-none-match": etag } });
    expect([other.status, other.headers.etag === etag]).toEqual([200, false]);
  });

  test("to HEAD has the headers of GET, and no body", async () => {
    const [got, headed] = [
      await ask("/api/v1/words/hour"),
      await ask("/api/v1/words/hour", { method: "HEAD" }),
    ];
    expect([headed.status, headed.headers, headed.body]).toEqual([200, got.headers, undefined]);
  });

  test("is compressed when it is long, for whoever takes that", async () => {
    const long = `/api/v1/words/${"x".repeat(1_500)}`;
    const compressed = await ask(long, { headers: { "accept-encoding": "gzip" } });
    expect(compressed.headers).toMatchObject({
      "content-encoding": "gzip",
      "content-length": String(compressed.body?.length),
    });
    const plain = await ask(long);
    expect(plain.headers).not.toHaveProperty("content-encoding");
    expect(gunzipSync(compressed.body ?? "").toString()).toBe(plain.text);
    expect(compressed.headers.etag).toBe(plain.headers.etag);
    const short = await ask("/api/v1/words/hour", { headers: { "accept-encoding": "gzip" } });
    expect(short.headers).not.toHaveProperty("content-encoding");
  });

  test.each([
    ["csv", "text/csv; charset=utf-8", 'word,length\r\n"\'=1",2\r\n', "words-word.csv"],
    ["ndjson", "application/x-ndjson", '{"word":"=1","length":2}\n', "words-word.ndjson"],
  ])("as %s is a file, in which nothing is a formula", async (format, type, text, name) => {
    const answer = await ask(`/api/v1/words/%3D1?format=${format}`);
    expect(answer.text).toBe(text);
    expect(answer.headers).toMatchObject({
      "content-type": type,
      "content-disposition": `attachment; filename="hourtally-${name}"`,
      "cache-control": "private, no-cache",
    });
  });
});

describe("a refusal", () => {
  test.each([
    ["/api/v1/words", 404, "not-found", {}],
    ["/api/v1/words/%ff", 400, "invalid-parameter", {}],
    ["/api/v1/words/a?word=1&word=2", 400, "invalid-parameter", {}],
    ["/api/v1/words/a?word=b", 400, "invalid-parameter", {}],
    ["/api/v1/words/huge", 422, "too-much-to-read", {}],
    ["/api/v1/words/down", 503, "query-failed", { "retry-after": "1" }],
    ["/missing-ABCDEF12.js", 404, "not-found", {}],
  ])("of %s is %i, is kept by nobody and tells nothing", async (target, status, name, headers) => {
    const answer = await ask(target);
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      "cache-control": "no-store",
      "content-type": "application/problem+json",
      "x-content-type-options": "nosniff",
      ...headers,
    });
    expect(answer.headers).not.toHaveProperty("etag");
    expect(JSON.parse(answer.text)).toEqual({
      type: `urn:hourtally:problem:${name}`,
      title: expect.any(String),
      status,
      ...(status === 400 && { issues: [{ path: "word", message: expect.any(String) }] }),
    });
    expect(answer.text).not.toContain("10.0.0.7");
    expect(answer.logged.length).toBe(status === 503 ? 1 : 0);
  });

  test("is never a 304, whatever is known", async () => {
    const answer = await ask("/api/v1/words", { headers: { "if-none-match": "*" } });
    expect(answer.status).toBe(404);
  });

  test("of other methods names those that are taken", async () => {
    const answer = await ask("/api/v1/words/hour", { method: "POST" });
    expect([answer.status, answer.headers.allow]).toEqual([405, "GET, HEAD"]);
  });

  test("of what is over the rate says when to come again; files and the page itself are there", async () => {
    const admit = () => false;
    const answer = await ask("/api/v1/words/hour", { admit });
    expect([answer.status, answer.headers["retry-after"]]).toEqual([429, "1"]);
    expect((await ask("/main-ABCDEF12.js", { admit })).status).toBe(200);
    // Without what it would ask first.
    expect(await ask("/", { admit })).toMatchObject({ status: 200, text: page });
  });
});

describe("a file of the page", () => {
  test("that is named by its content is kept for a year, in the encoding that is taken", async () => {
    const answer = await ask("/main-ABCDEF12.js", {
      headers: { "accept-encoding": "gzip, br" },
    });
    expect(answer.text).toBe("brotli");
    expect(answer.headers).toMatchObject({
      "cache-control": "private, max-age=31536000, immutable",
      "content-encoding": "br",
      etag: 'W/"of-the-script"',
    });
    const known = { "if-none-match": 'W/"of-the-script"' };
    expect((await ask("/main-ABCDEF12.js", { headers: known })).status).toBe(304);
  });

  test.each(["/", "/links/example.org/index.html", "/users/a.b", "/search?q=a"])(
    "%s is a view, which is asked for anew",
    async (target) => {
      const answer = await ask(target);
      expect(answer.headers).toMatchObject({
        "content-type": "text/html; charset=utf-8",
        "cache-control": "private, no-cache",
      });
    },
  );

  test("brings what it asks first, as data that no name can end", async () => {
    const { text } = await ask("/users/a");
    expect(text).toBe(
      '<html><script type="application/json" id="answers">{"/users/a":{"rows":[{"name":"\\u003c/script>\\u003cb>$&"}]}}</script></html>',
    );
  });
});
