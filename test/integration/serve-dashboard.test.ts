import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { type ServedDashboard, serveDashboard } from "../support/serve-dashboard.ts";

const now = Date.parse("2026-01-02T10:30:00Z");
let dashboard: ServedDashboard;
beforeAll(async () => {
  dashboard = await serveDashboard(now, { REQUESTS_PER_SECOND: "10000" });
  await dashboard.count([
    tweet({ id: 1, at: "07:10", user: 1, links: ["https://example.com/one?utm_source=x"] }),
    tweet({ id: 2, at: "09:20", user: 2, links: ["http://example.com/one"], title: "One" }),
    tweet({ id: 3, at: "10:05", user: 2, links: ["https://example.com/one"] }),
    tweet({
      id: 4,
      at: "10:06",
      user: 3,
      links: ["https://example.org/=2", "https://example.com/one"],
    }),
    tweet({
      id: 5,
      at: "10:07",
      user: 4,
      links: ["https://example.org/=2"],
      text: "Grüße, <b>&amp;",
    }),
    "no tweet",
  ]);
  // Delivered once more, in a message of its own.
  await dashboard.count([
    tweet({ id: 3, at: "10:05", user: 2, links: ["https://example.com/one"] }),
  ]);
});
afterAll(() => dashboard.close());

function tweet(said: {
  id: number;
  at: string;
  user: number;
  links: string[];
  text?: string;
  title?: string;
}) {
  const urls = said.links.map((url, n) => ({
    url: `https://t.co/${said.id}${n}`,
    expanded_url: url,
  }));
  const day = `Fri Jan 02 ${said.at}:00 +0000 2026`;
  return JSON.stringify({
    id_str: String(said.id),
    created_at: day,
    text: said.text ?? `says ${said.id}`,
    lang: "en",
    user: { id_str: String(said.user) },
    entities: { urls },
  });
}

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${dashboard.url}/api/v1/${path}`, { headers });
const json = async (path: string) => {
  const answer = await get(path);
  expect(answer.status, path).toBe(200);
  return z.looseObject({ rows: z.array(z.looseObject({})) }).parse(await answer.json());
};

describe("the API", () => {
  test("tells what is counted, and since when", async () => {
    const { rows } = await json("streams");
    expect(rows.find(({ name }) => name === "url-mentions")).toMatchObject({
      newest: "2026-01-02T10:00:00Z",
      author: "author",
      facets: ["kind", "source"],
    });
  });

  test("counts the hours of all keys, or of those that a filter leaves", async () => {
    const { rows } = await json("streams/url-mentions/hours");
    expect(rows).toEqual([
      { hour: "2026-01-02T07:00:00Z", keys: 1, late: 0, mentions: 1, originals: 1 },
      { hour: "2026-01-02T09:00:00Z", keys: 1, late: 0, mentions: 1, originals: 1 },
      { hour: "2026-01-02T10:00:00Z", keys: 2, late: 0, mentions: 4, originals: 4 },
    ]);
    const filtered = await json("streams/url-mentions/hours?host=example.org");
    expect(filtered.rows).toEqual([
      { hour: "2026-01-02T10:00:00Z", keys: 1, late: 0, mentions: 2, originals: 2 },
    ]);
    const byUser = await json("streams/url-mentions/hours?author=x%3A2");
    expect(byUser.rows.map(({ mentions }) => mentions)).toEqual([1, 1]);
    const inEnglish = await json("streams/url-mentions/hours?language=en");
    expect(inEnglish.rows.map(({ mentions }) => mentions)).toEqual([1, 1, 4]);
    expect((await json("streams/url-mentions/hours?language=de")).rows).toEqual([]);
  });

  test("ranks the newest three hours by distinct authors, each once in all of them", async () => {
    const top = await json("streams/url-mentions/top");
    expect(top).toMatchObject({
      from: "2026-01-02T08:00:00Z",
      to: "2026-01-02T11:00:00Z",
      by: "authors",
      exact: true,
    });
    expect(top.rows).toMatchObject([
      {
        url_key: "example.com/one",
        mentions: 3,
        authors: 2,
        before: 1,
        facets: { kind: { post: 3 }, source: { x: 3 } },
        shown: "example.com/one",
      },
      { url_key: "example.org/=2", mentions: 2, authors: 2, before: 0 },
    ]);
    expect(top.rows[0]?.spark).toEqual([...Array(20).fill(0), 1, 0, 1, 2]);
    const paged = await json("streams/url-mentions/top?limit=1&page=2");
    expect(paged.rows).toMatchObject([{ url_key: "example.org/=2" }]);
    expect(paged).not.toHaveProperty("next");
  });

  test("tells what rises fastest, against as many hours of the day before", async () => {
    const { rows } = await json("streams/url-mentions/rising");
    expect(rows).toMatchObject([
      { url_key: "example.com/one", n: 3, usual: 0.125, shown: "example.com/one" },
      { url_key: "example.org/=2", n: 2, usual: 0, score: 2 },
    ]);
    expect(rows[0]?.score).toBeCloseTo(2.7106, 4);
    expect((await get("streams/url-mentions/rising?from=2026-01-01&to=2026-01-03")).status).toBe(
      400,
    );
  });

  test("tells what a field holds, as a suggestion", async () => {
    expect((await json("streams/url-mentions/values?of=source")).rows).toEqual([
      { value: "x", n: 4 },
    ]);
    expect((await json("streams/url-mentions/values?of=language")).rows).toEqual([
      { value: "en", n: 4 },
    ]);
    expect((await get("streams/url-mentions/values?of=author")).status).toBe(400);
  });

  test("opens on the newest hour that has data, however long ago it was", async () => {
    dashboard.clock.now = Date.now();
    const streams = await json("streams");
    const top = await json("streams/url-mentions/top");
    dashboard.clock.now = now;
    expect(streams.rows.map(({ newest }) => newest)).toEqual([
      "2026-01-02T10:00:00Z",
      null,
      null,
      null,
      null,
    ]);
    expect(top).toMatchObject({ from: "2026-01-02T08:00:00Z", to: "2026-01-02T11:00:00Z" });
  });

  test("adds up longer ranges from the hours, and says so", async () => {
    const top = await json("streams/url-mentions/top?from=2026-01-01&to=2026-01-03");
    expect(top).toMatchObject({ exact: false });
    expect(top.rows[0]).toMatchObject({ mentions: 4, authors: 4 });
  });

  test("finds keys by words of what describes them", async () => {
    const { rows } = await json("streams/url-mentions/top?words=EXAMPLE.COM+one");
    expect(rows.map(({ url_key }) => url_key)).toEqual(["example.com/one"]);
    expect((await json("streams/url-mentions/top?words=nowhere")).rows).toEqual([]);
  });

  test("tells a link's hours, who shared it, and why its spellings are one page", async () => {
    const link = await json("links/example.com%2Fone");
    expect(link).toMatchObject({
      mentions: 4,
      authors: 3,
      first: "2026-01-02T07:00:00Z",
      peak: "2026-01-02T10:00:00Z",
      halfLifeHours: 3,
      counts: [{ source: "x", kind: "post", n: 4 }],
      spellings: [
        { spelling: "http://example.com/one", n: 1, why: ["http and https show the same page"] },
        { spelling: "https://example.com/one", n: 1, why: ["the same address"] },
        {
          spelling: "https://example.com/one?utm_source=x",
          n: 1,
          why: [expect.stringContaining("utm_source dropped: tracking, family utm_")],
        },
      ],
    });
    expect(link.rows).toMatchObject([{ id: "x:1" }, { id: "x:2" }, { id: "x:3" }, { id: "x:4" }]);
    expect((await get("links/nobody.example.net")).status).toBe(404);
  });

  test("finds posts by words and user, and tells their text as it is", async () => {
    const { rows } = await json("search?words=gr%C3%BC%C3%9Fe");
    expect(rows).toMatchObject([
      { id: "x:5", text: "Grüße, <b>&", href: "https://x.com/i/status/5", kind: "post" },
    ]);
    const byUser = await json("search?author=x%3A2");
    expect(byUser.rows.map(({ id }) => id)).toEqual(["x:3", "x:2"]);
  });

  test("tells what failed by reason, and nothing of what it holds", async () => {
    // What is here landed when the test ran.
    dashboard.clock.now = Date.now();
    const answer = await (await get("health")).text();
    dashboard.clock.now = now;
    expect(JSON.parse(answer)).toMatchObject({
      status: "failing",
      received: 6,
      counted: 5,
      duplicates: 1,
      deadLetters: 0,
      messages: 2,
      failed: 1,
      open: 1,
      rows: [{ stage: "normalize-tweets", reason: "malformed-json", failed: 1, open: 1 }],
    });
    expect(answer).not.toContain("no tweet");
  });

  test("writes every table as CSV without formulas, and as lines", async () => {
    const csv = await get("streams/url-mentions/top?format=csv&host=example.org");
    expect(csv.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(csv.headers.get("content-disposition")).toContain(
      "hourtally-streams-url-mentions-top.csv",
    );
    expect((await csv.text()).split("\r\n")[1]).toMatch(/^example\.org\/=2,/);
    const lines = await get("streams/url-mentions/hours?format=ndjson");
    expect(
      (await lines.text())
        .trim()
        .split("\n")
        .map((one) => JSON.parse(one).mentions),
    ).toEqual([1, 1, 4]);
  });

  test("is not read twice: a tag tells that nothing has changed, the same queries serve all", async () => {
    const path = "streams/url-mentions/hours?to=2026-01-02T12";
    const before = dashboard.queries.length;
    const answers = await Promise.all(Array.from({ length: 20 }, () => get(path)));
    // The counts, and which of these hours are closed.
    expect(dashboard.queries.length - before).toBe(2);
    const etag = answers[0]?.headers.get("etag") ?? "";
    const again = await get(path, { "if-none-match": `"other", ${etag}` });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe("");
  });

  test.each([
    ["streams/url-mentions/top?limit=0", "limit"],
    ["streams/url-mentions/top?by=landed_at", "by"],
    ["streams/url-mentions/top?from=2026-01-02&to=2026-01-01", "to"],
    ["streams/url-mentions/hours?from=2020-01-01&to=2026-01-01", "to"],
    ["streams/url-mentions/top?from=1&from=2", "from"],
    ["links/%FF", "key"],
    ["health?format=xml", "format"],
  ])("%s is refused for %s", async (path, parameter) => {
    const answer = await get(path);
    expect(answer.status).toBe(400);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(await answer.json()).toMatchObject({ issues: [{ path: parameter }] });
  });

  test("an unknown parameter is refused by its name", async () => {
    expect(await (await get("health?hour=1")).json()).toMatchObject({
      status: 400,
      issues: [{ message: expect.stringContaining("hour") }],
    });
  });

  test("nothing but GET and HEAD", async () => {
    const answer = await fetch(`${dashboard.url}/api/v1/health`, { method: "POST", body: "{" });
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toBe("GET, HEAD");
    const head = await fetch(`${dashboard.url}/api/v1/streams`, { method: "HEAD" });
    expect(Number(head.headers.get("content-length"))).toBeGreaterThan(100);
  });
});

test("nothing inline, nothing from elsewhere and no text as markup: so says every answer", async () => {
  for (const path of ["/", "/api/v1/health", "/nothing.js", "/api/v1/streams/none/top"]) {
    const { headers } = await fetch(dashboard.url + path);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy.split("; ")).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
      ]),
    );
    expect(policy).not.toMatch(/unsafe|http|data:|\*/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  }
});

test("the page comes with what it asks first, as data that no text can end", async () => {
  await json("links/example.com%2Fone");
  const answer = await fetch(`${dashboard.url}/links/example.com%2Fone`);
  const html = await answer.text();
  const [, sent = ""] =
    /<script type="application\/json" id="answers">(.*?)<\/script>/s.exec(html) ?? [];
  const known = z
    .record(z.string(), z.looseObject({ rows: z.array(z.unknown()) }))
    .parse(JSON.parse(sent));
  expect(Object.keys(known)).toEqual(
    expect.arrayContaining(["/streams", "/links/example.com%2Fone"]),
  );
  expect(known["/links/example.com%2Fone"]).toMatchObject({ mentions: 4, authors: 3 });

  await json("search?words=gr%C3%BC%C3%9Fe");
  const search = await (await fetch(`${dashboard.url}/search?words=gr%C3%BC%C3%9Fe`)).text();
  expect(search).toContain("Grüße, \\u003cb>");
  expect(search).not.toContain("Grüße, <b>");
});

const parameter = z.object({
  name: z.string(),
  in: z.enum(["path", "query"]),
  required: z.boolean(),
  schema: z.looseObject({
    type: z.string().optional(),
    enum: z.array(z.string()).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
  }),
});
const schema = z.record(z.string(), z.unknown());
const content = z.object({ content: z.record(z.string(), z.object({ schema })).optional() });
const openApi = z.object({
  openapi: z.string(),
  paths: z.record(
    z.string(),
    z.object({
      get: z.object({
        parameters: z.array(parameter),
        responses: z.record(z.string(), content),
      }),
    }),
  ),
  components: z.object({ schemas: z.record(z.string(), schema) }),
});

/** What hostile or careless people write. */
const anything = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(
    "'",
    '"; DROP TABLE posts --',
    "\u0000",
    "\ud800",
    "%",
    "../..",
    "-1",
    "1e99",
    "NaN",
    "null",
    "[]",
    "2026-02-30",
    "9999-12-31T23",
    "0000-01-01",
    "a".repeat(3_000),
  ),
);

function usualValue({
  name,
  schema: { enum: values, type, minimum, maximum },
}: z.infer<typeof parameter>) {
  if (values !== undefined) return fc.constantFrom(...values);
  if (name === "key") return fc.constant("example.com/one");
  if (type === "integer") return fc.integer({ min: minimum ?? 0, max: maximum ?? 9 }).map(String);
  if (name === "from")
    return fc.constantFrom("2026-01-02", "2026-01-01T05", "2025-12-30T01:02:03Z");
  if (name === "to") return fc.constantFrom("2026-01-02T11", "2026-01-03", "2026-01-02T10:20Z");
  return fc.constantFrom(
    "example.com/one",
    "example.com",
    "x:2",
    "x",
    "en",
    "post",
    "says",
    "Grüße",
  );
}

test("whatever is asked, the answer is as the OpenAPI document says, and never a 5xx", async () => {
  const document = openApi.parse(await (await get("openapi.json")).json());
  expect(document.openapi).toBe("3.1.0");
  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema({ $id: "doc", components: document.components });
  const problem = ajv.compile(document.components.schemas.Problem ?? false);
  for (const [path, { get: operation }] of Object.entries(document.paths)) {
    const good = ajv.compile(
      operation.responses["200"]?.content?.["application/json"]?.schema ?? false,
    );
    const values = operation.parameters.map((one) =>
      fc.tuple(
        fc.constant(one),
        one.required
          ? fc.oneof({ weight: 4, arbitrary: usualValue(one) }, anything)
          : fc.oneof(
              { weight: 8, arbitrary: fc.constant(undefined) },
              { weight: 4, arbitrary: usualValue(one) },
              anything,
            ),
      ),
    );
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(fc.tuple(...values), async (chosen) => {
        let target = path.slice(1);
        const query = new URLSearchParams();
        for (const [one, value] of chosen) {
          if (value === undefined) continue;
          const text = value.toWellFormed();
          if (one.in === "path")
            target = target.replace(`{${one.name}}`, () => encodeURIComponent(text));
          else query.set(one.name, text);
        }
        const answer = await get(`${target}?${query}`);
        const body = await answer.text();
        const told = `${target}?${query} → ${answer.status} ${body.slice(0, 300)}`;
        expect(answer.status, told + JSON.stringify(dashboard.failures)).toBeLessThan(500);
        expect(Object.keys(operation.responses), told).toContain(String(answer.status));
        const type = answer.headers.get("content-type") ?? "";
        if (answer.status !== 200) expect(problem(JSON.parse(body)), told).toBe(true);
        else if (type === "application/json") {
          answered += 1;
          expect(good(JSON.parse(body)), told + JSON.stringify(good.errors)).toBe(true);
        }
      }),
      { numRuns: 12 },
    );
    expect(answered, path).toBeGreaterThan(0);
  }
  expect(dashboard.failures).toEqual([]);
});

describe("a search", () => {
  const said = (id: number, text: string) => tweet({ id, at: "10:08", user: id, links: [], text });
  beforeAll(() =>
    dashboard.count([
      said(6, "東京タワーに行った \u{1f5fc}"),
      said(7, "ภาษาไทย is Thai"),
      said(8, "اللغة العربية, Café in the Straße &amp; elsewhere"),
      said(9, "misspelled beginning"),
      JSON.stringify({
        ...JSON.parse(said(10, "corrected beginning")),
        edit_history: { initial_tweet_id: "9" },
      }),
    ]),
  );

  test.each([
    // However its words are written, in any language.
    ["東京", ["x:6"]],
    ["東京 行った", ["x:6"]],
    ["タワー", ["x:6"]],
    ["ภาษา", ["x:7"]],
    ["العربية", ["x:8"]],
    ["CAFE\u0301", ["x:8"]],
    ["STRASSE", ["x:8"]],
    ["straße café", ["x:8"]],
    ["\u{1f5fc}", ["x:6"]],
    ["says", ["x:4", "x:3", "x:2", "x:1"]],
    ["says 3", ["x:3"]],
    // All of them, whole, and none that only X writes for "&".
    ["東京 ภาษา", []],
    ["stra", []],
    ["amp", []],
    // As its newest reading has it.
    ["corrected", ["x:9"]],
    ["misspelled", []],
    ["beginning", ["x:9"]],
  ])("for %j finds posts that have it", async (words, ids) => {
    const { rows } = await json(`search?words=${encodeURIComponent(words)}`);
    expect(rows.map(({ id }) => id)).toEqual(ids);
  });
});
