import { BigQuery } from "@google-cloud/bigquery";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LocalBigquery, startBigquery } from "../local-cloud/bigquery/start-bigquery.ts";

let server: LocalBigquery;
let bigquery: BigQuery;

beforeAll(async () => {
  server = await startBigquery();
  process.env.BIGQUERY_EMULATOR_HOST = server.restUrl;
  bigquery = new BigQuery({ projectId: "demo" });
  await bigquery.createDataset("shop");
  const text = (name: string) => ({ name, type: "STRING" });
  await bigquery.dataset("shop").createTable("tweets", {
    schema: {
      fields: [
        text("id"),
        text("outcome"),
        text("kind"),
        { name: "happened_at", type: "TIMESTAMP" },
        text("author"),
        {
          name: "links",
          type: "RECORD",
          mode: "REPEATED",
          fields: [text("input"), text("url_key"), text("outcome")],
        },
        text("message_id"),
        text("position"),
        { name: "received_at", type: "TIMESTAMP" },
      ],
    },
  });
  await bigquery.dataset("shop").createTable("url_hour_increments", {
    schema: {
      fields: [
        { name: "hour", type: "TIMESTAMP", mode: "REQUIRED" },
        text("url_key"),
        text("url"),
        text("host"),
        {
          name: "events",
          type: "RECORD",
          mode: "REPEATED",
          fields: [text("id"), text("author"), text("kind")],
        },
      ],
    },
  });
  await bigquery.query(`INSERT INTO shop.tweets
    (id, outcome, kind, happened_at, author, links, message_id, position, received_at) VALUES
    ('1', 'tweet', 'original', TIMESTAMP '2024-01-01 10:10:00', 'ann',
      [STRUCT('x' AS input, 'k1' AS url_key, 'counted' AS outcome), STRUCT('y' AS input, 'k2' AS url_key, 'failed' AS outcome)],
      'm1', '1', TIMESTAMP '2024-01-01 10:11:00'),
    ('1', 'tweet', 'original', TIMESTAMP '2024-01-01 10:10:00', 'ann again',
      [], 'm2', '1', TIMESTAMP '2024-01-01 10:12:00'),
    ('1', 'tweet', 'original', TIMESTAMP '2024-01-01 10:10:00', 'ann twice',
      [], 'm2', '2', TIMESTAMP '2024-01-01 10:12:00'),
    ('2', 'delete', NULL, TIMESTAMP '2024-01-01 11:00:00', NULL,
      [], 'm3', '1', TIMESTAMP '2024-01-01 11:00:00')`);
  await bigquery.query(`INSERT INTO shop.url_hour_increments (hour, url_key, url, host, events) VALUES
    (TIMESTAMP '2024-01-01 10:00:00', 'k', 'later', 'b',
      [STRUCT('e2' AS id, 'bob' AS author, 'retweet' AS kind), STRUCT('e1' AS id, 'ann' AS author, 'original' AS kind)]),
    (TIMESTAMP '2024-01-01 10:00:00', 'k', 'first', 'a', [STRUCT('e1' AS id, 'ann' AS author, 'original' AS kind)]),
    (TIMESTAMP '2024-01-01 11:00:00', 'k', NULL, NULL, [STRUCT('e3' AS id, 'ann' AS author, 'quote' AS kind)])`);
});

afterAll(async () => {
  await server.stop();
});

/** The rows with the client's wrapper objects reduced to their text. */
async function run(query: string, options: object = {}): Promise<unknown> {
  const [rows] = await bigquery.query({ query, ...options });
  return JSON.parse(
    JSON.stringify(rows, (_, value: unknown) =>
      typeof value === "object" && value !== null && Object.keys(value).join() === "value"
        ? Object.values(value)[0]
        : value,
    ),
  );
}

describe("the project's views", () => {
  test("counts an hour's mentions from the identities inside the increments", async () => {
    const query = `SELECT hour, url_key,
        ARRAY_AGG(i.url ORDER BY e.id, i.url LIMIT 1)[OFFSET(0)] AS url,
        ARRAY_AGG(i.host ORDER BY e.id, i.host LIMIT 1)[OFFSET(0)] AS host,
        COUNT(DISTINCT e.id) AS mentions, COUNT(DISTINCT e.author) AS authors,
        COUNT(DISTINCT IF(e.kind != 'retweet', e.id, NULL)) AS originals
      FROM \`demo.shop.url_hour_increments\` AS i, UNNEST(i.events) AS e
      GROUP BY hour, url_key`;
    await bigquery.dataset("shop").createTable("url_hours", { view: query });
    expect(await run("SELECT * FROM shop.url_hours ORDER BY hour")).toEqual([
      {
        hour: "2024-01-01T10:00:00.000Z",
        url_key: "k",
        url: "first",
        host: "a",
        mentions: 2,
        authors: 2,
        originals: 1,
      },
      {
        hour: "2024-01-01T11:00:00.000Z",
        url_key: "k",
        url: null,
        host: null,
        mentions: 1,
        authors: 1,
        originals: 1,
      },
    ]);
    expect(
      await run("SELECT h.mentions FROM `demo.shop.url_hours` AS h WHERE hour = @hour", {
        params: { hour: BigQuery.timestamp("2024-01-01T10:00:00Z") },
      }),
    ).toEqual([{ mentions: 2 }]);
  });

  test("keeps one row a tweet, the last received", async () => {
    const numbered = `SELECT * EXCEPT(n) FROM (
      SELECT *, ROW_NUMBER() OVER (
        PARTITION BY id ORDER BY received_at DESC, message_id, position) AS n
      FROM \`demo.shop.tweets\` WHERE outcome = 'tweet') WHERE n = 1`;
    const qualified = `-- A comment first
      SELECT * FROM \`shop.tweets\` WHERE outcome = 'tweet'
      QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY received_at DESC, message_id, position) = 1`;
    for (const [name, view] of Object.entries({ numbered, qualified })) {
      await bigquery.dataset("shop").createTable(name, { view });
      expect(await run(`SELECT * FROM shop.${name}`)).toEqual([
        {
          id: "1",
          outcome: "tweet",
          kind: "original",
          happened_at: "2024-01-01T10:10:00.000Z",
          author: "ann again",
          links: [],
          message_id: "m2",
          position: "1",
          received_at: "2024-01-01T10:12:00.000Z",
        },
      ]);
    }
    expect(
      await run(
        `WITH latest AS (SELECT id, author FROM shop.qualified)
         SELECT n.id, latest.author FROM shop.numbered AS n LEFT JOIN latest USING (id)`,
      ),
    ).toEqual([{ id: "1", author: "ann again" }]);
  });
});

describe("lists of records", () => {
  test.each<[string, string, unknown]>([
    [
      "an alias for the elements",
      "SELECT t.id, l.url_key FROM shop.tweets AS t, UNNEST(links) AS l WHERE l.outcome = 'counted'",
      [{ id: "1", url_key: "k1" }],
    ],
    [
      "an alias, and members under their own names all the same",
      "SELECT id, url_key, l.input, l FROM shop.tweets, UNNEST(links) AS l WHERE input = 'x'",
      [
        {
          id: "1",
          url_key: "k1",
          input: "x",
          l: { input: "x", url_key: "k1", outcome: "counted" },
        },
      ],
    ],
    [
      "no alias: members under their own names",
      "SELECT t.id, url_key FROM shop.tweets t, UNNEST(t.links) WHERE input = 'y'",
      [{ id: "1", url_key: "k2" }],
    ],
    [
      "positions from zero",
      "SELECT l.input, offset FROM shop.tweets, UNNEST(links) AS l WITH OFFSET ORDER BY offset DESC",
      [
        { input: "y", offset: 1 },
        { input: "x", offset: 0 },
      ],
    ],
    [
      "a left join keeps rows with empty lists",
      "SELECT message_id, l.input FROM shop.tweets LEFT JOIN UNNEST(links) AS l ORDER BY 1, 2",
      [
        { message_id: "m1", input: "x" },
        { message_id: "m1", input: "y" },
        { message_id: "m2", input: null },
        { message_id: "m2", input: null },
        { message_id: "m3", input: null },
      ],
    ],
    [
      "a correlated count",
      `SELECT message_id, (SELECT COUNT(*) FROM UNNEST(links) WHERE outcome = 'counted') AS n
       FROM shop.tweets WHERE message_id < 'm2'`,
      [{ message_id: "m1", n: 1 }],
    ],
    [
      "a list built from a list",
      `SELECT ARRAY(SELECT AS STRUCT l.url_key AS k, 1 AS n FROM UNNEST(t.links) AS l ORDER BY l.url_key DESC) AS x
       FROM shop.tweets AS t WHERE message_id = 'm1'`,
      [
        {
          x: [
            { k: "k2", n: 1 },
            { k: "k1", n: 1 },
          ],
        },
      ],
    ],
    [
      "elements by place",
      `SELECT links[OFFSET(1)].url_key, links[SAFE_OFFSET(9)].url_key AS none, links[ORDINAL(1)].input
       FROM shop.tweets WHERE message_id = 'm1'`,
      [{ url_key: "k2", none: null, input: "x" }],
    ],
    [
      "literals",
      "SELECT s.a, s.b FROM UNNEST([STRUCT(1 AS a, 'x' AS b), STRUCT(2, 'y')]) AS s WHERE s.a IN UNNEST([2, 3])",
      [{ a: 2, b: "y" }],
    ],
    [
      "records limited within an aggregate",
      "SELECT ARRAY_AGG(STRUCT(author, happened_at) ORDER BY received_at DESC, position DESC LIMIT 1) AS x FROM shop.tweets WHERE id = '1'",
      [{ x: [{ author: "ann twice", happened_at: "2024-01-01T10:10:00.000Z" }] }],
    ],
  ])("%s", async (_, query, expected) => {
    expect(await run(query)).toEqual(expected);
  });
});

describe("expressions mean what they mean in GoogleSQL", () => {
  test.each<[string, unknown]>([
    // Numbers: 64 bits, fractions are doubles, no division by zero.
    ["2000000000 + 2000000000", 4_000_000_000],
    ["1000000 * 3600", 3_600_000_000],
    ["10 - 3 * 2", 4],
    ["-5", -5],
    ["7 / 2", 3.5],
    ["0.1 + 0.2", 0.30000000000000004],
    ["DIV(7, 2)", 3],
    ["MOD(7, 4)", 3],
    ["SAFE_DIVIDE(1, 0)", null],
    ["SAFE_DIVIDE(1, 4)", 0.25],
    ["CAST('1.5' AS NUMERIC)", "1.5"],
    ["NUMERIC '0.000000001'", "1e-9"],
    ["SAFE_CAST('x' AS INT64)", null],
    ["SAFE_CAST('1.5' AS INT64)", null],
    ["CAST(2.5 AS INT64) + CAST(-2.5 AS INT64) + CAST('7' AS INT64)", 7],
    [
      "CAST(1.0 AS STRING) || CAST(NUMERIC '1.50' AS STRING) || CAST(ROUND(NUMERIC '100', 0) AS STRING)",
      "11.5100",
    ],
    ["ROUND(2.5) + ROUND(-1.25, 1)", 1.7],
    ["GREATEST(1, 2.5), LEAST(1, NULL)", [2.5, null]],
    ["LOG(8, 2), LN(1), POW(2, 3), SIGN(-3), CEIL(1.2)", [3, 0, 8, -1, 2]],
    ["9007199254740993 > 9007199254740992", true],
    // Time.
    ["TIMESTAMP_TRUNC(TIMESTAMP '2024-01-01 10:59:59.999', HOUR)", "2024-01-01T10:00:00.000Z"],
    [
      "TIMESTAMP_TRUNC(TIMESTAMP '2024-01-01 03:00:00', DAY, 'America/New_York')",
      "2023-12-31T05:00:00.000Z",
    ],
    ["TIMESTAMP_DIFF(TIMESTAMP '2024-01-01 11:00:00', TIMESTAMP '2024-01-01 10:59:00', HOUR)", 0],
    [
      "TIMESTAMP_DIFF(TIMESTAMP '2024-01-01 11:00:00', TIMESTAMP '2024-01-01 10:59:00', SECOND)",
      60,
    ],
    [
      "TIMESTAMP_SUB(TIMESTAMP '2024-01-01 00:00:00', INTERVAL 90 MINUTE)",
      "2023-12-31T22:30:00.000Z",
    ],
    [
      "(SELECT TIMESTAMP_ADD(TIMESTAMP '2024-01-01', INTERVAL n + 1 DAY) FROM (SELECT 2 AS n))",
      "2024-01-04T00:00:00.000Z",
    ],
    [
      "FORMAT_TIMESTAMP('%Y-%m-%dT%H:00:00Z', TIMESTAMP '2024-01-01 10:59:59')",
      "2024-01-01T10:00:00Z",
    ],
    [
      "FORMAT_TIMESTAMP('%F %H:%M:%E3S %Ez', TIMESTAMP '2024-01-01 10:59:59.5')",
      "2024-01-01 10:59:59.500 +00:00",
    ],
    ["PARSE_TIMESTAMP('%F %T', '2024-01-01 01:02:03')", "2024-01-01T01:02:03.000Z"],
    ["UNIX_SECONDS(TIMESTAMP '1969-12-31 23:59:59.5')", -1],
    ["UNIX_MILLIS(TIMESTAMP '2024-01-01')", 1_704_067_200_000],
    ["TIMESTAMP_SECONDS(1704067200)", "2024-01-01T00:00:00.000Z"],
    ["TIMESTAMP_MICROS(1704067200000001)", "2024-01-01T00:00:00.000001000Z"],
    ["TIMESTAMP('2024-01-01T01:00:00+01:00')", "2024-01-01T00:00:00.000Z"],
    ["DATE(TIMESTAMP '2024-01-01 23:30:00')", "2024-01-01"],
    ["DATE(TIMESTAMP '2024-01-01 23:30:00', 'Europe/Berlin')", "2024-01-02"],
    ["DATE_ADD(DATE '2024-01-31', INTERVAL 1 MONTH)", "2024-02-29"],
    ["DATE_TRUNC(DATE '2024-05-17', MONTH)", "2024-05-01"],
    ["DATE_TRUNC(DATE '2024-05-19', ISOWEEK)", "2024-05-13"],
    ["DATE_DIFF(DATE '2024-02-01', DATE '2024-01-31', MONTH)", 1],
    ["EXTRACT(HOUR FROM TIMESTAMP '2024-01-07 05:00:00')", 5],
    ["EXTRACT(HOUR FROM TIMESTAMP '2024-01-01 00:30:00' AT TIME ZONE 'Asia/Tokyo')", 9],
    ["EXTRACT(DAYOFWEEK FROM TIMESTAMP '2024-01-07')", 1],
    ["EXTRACT(DATE FROM TIMESTAMP '2024-01-07 05:00:00')", "2024-01-07"],
    ["DATETIME '2024-01-01 10:00:00'", "2024-01-01T10:00:00"],
    ["CURRENT_TIMESTAMP() > TIMESTAMP '2024-01-01'", true],
    ["CAST(TIMESTAMP '2024-01-01 10:00:00' AS STRING)", "2024-01-01 10:00:00+00"],
    ["SAFE_CAST('nothing' AS TIMESTAMP)", null],
    ["LAST_DAY(DATE '2024-02-01')", "2024-02-29"],
    ["DATETIME_DIFF(DATETIME '2024-01-01 01:00:00', DATETIME '2024-01-01 00:59:00', HOUR)", 1],
    ["FORMAT_DATE('%a %d %b %j', DATE '2024-02-03')", "Sat 03 Feb 034"],
    ["UNIX_DATE(DATE '1970-01-02')", 1],
    // Text.
    ["'it\\'s \\u00e9\\x41\\n'", "it's éA\n"],
    ["r'a\\d' || \"b'\"", "a\\db'"],
    ["REGEXP_CONTAINS('abc', r'b')", true],
    ["REGEXP_EXTRACT('a1b2', r'[a-z](\\d)')", "1"],
    ["REGEXP_EXTRACT('abc', r'z')", null],
    ["REGEXP_REPLACE('aaa', r'a', 'b')", "bbb"],
    ["ARRAY_TO_STRING(REGEXP_EXTRACT_ALL('a1b2', r'\\d'), '-')", "1-2"],
    ["SPLIT('a,b')[OFFSET(1)]", "b"],
    ["SPLIT('a b', ' ')[SAFE_OFFSET(2)]", null],
    ["CONCAT('a', 'b', 'c')", "abc"],
    ["CONCAT('a', NULL)", null],
    ["SUBSTR('abcdef', -3)", "def"],
    ["SUBSTR('abc', 0, 2) || SUBSTRING('abc', -9, 1) || SUBSTR('abc', 2)", "ababc"],
    ["LPAD('a', 3) || RPAD('b', 3, '-') || LPAD('abc', 2)", "  ab--ab"],
    ["INSTR('abc', 'c') + STRPOS('abc', 'x')", 3],
    ["TRIM('  a ') || LTRIM('xxb', 'x') || UPPER('ä')", "abÄ"],
    ["CAST(CAST('ü' AS BYTES) AS STRING)", "ü"],
    ["STARTS_WITH('abc', 'ab') AND ENDS_WITH('abc', 'bc')", true],
    ["LENGTH('über'), BYTE_LENGTH('über')", [4, 5]],
    ["TO_HEX(SHA256('a'))", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"],
    ["TO_BASE64(b'\\x00\\xff')", "AP8="],
    ["JSON_VALUE('{\"a\": {\"b\": 1}}', '$.a.b')", "1"],
    ["JSON_VALUE('{\"a\": {\"b\": 1}}', '$.a')", null],
    ["TO_JSON_STRING(STRUCT(1 AS a, 'x' AS b))", '{"a":1,"b":"x"}'],
    // The rest.
    ["IF(NULL, 1, 2)", 2],
    ["COALESCE(NULL, 'x')", "x"],
    ["1 IN (2, NULL)", null],
    ["ARRAY_LENGTH(GENERATE_ARRAY(1, 10, 3))", 4],
    [
      "ARRAY_LENGTH(GENERATE_TIMESTAMP_ARRAY(TIMESTAMP '2024-01-01', TIMESTAMP '2024-01-02', INTERVAL 1 HOUR))",
      25,
    ],
    ["ARRAY_REVERSE([1, 2])[OFFSET(0)]", 2],
    ["(SELECT COUNTIF(x > 1) FROM UNNEST([1, 2, 3]) AS x)", 2],
    ["(SELECT STRING_AGG(x, '' ORDER BY x DESC) FROM UNNEST(['a', 'c', 'b']) AS x)", "cba"],
    ["(SELECT LOGICAL_OR(x = 2) FROM UNNEST([1, 2]) AS x)", true],
    ["(SELECT SUM(x) FROM UNNEST([1, 2]) AS x WHERE FALSE)", null],
    ["(SELECT x FROM UNNEST(['b', NULL, 'a']) AS x ORDER BY x LIMIT 1)", null],
    ["(SELECT x FROM UNNEST(['b', NULL, 'a']) AS x ORDER BY x DESC LIMIT 1)", "b"],
    ["(SELECT STRING_AGG(DISTINCT x ORDER BY x) FROM UNNEST(['b', 'a', 'b']) AS x)", "a,b"],
    ["(SELECT ROUND(STDDEV(x), 6) FROM UNNEST([1, 2, 4]) AS x)", 1.527525],
    ["(SELECT APPROX_QUANTILES(x, 2)[OFFSET(1)] FROM UNNEST([1, 2, 3]) AS x)", 2],
    ["(SELECT MAX(y) FROM (SELECT LAG(x) OVER (ORDER BY x) AS y FROM UNNEST([1, 2, 3]) AS x))", 2],
    [
      "(SELECT MIN(y) FROM (SELECT PERCENTILE_CONT(x, 0.5) OVER () AS y FROM UNNEST([1, 2, 4]) AS x))",
      2,
    ],
    ["(SELECT MAX_BY(x, y) FROM (SELECT 'a' AS x, 1 AS y UNION ALL SELECT 'b', 2))", "b"],
  ])("%s", async (expression, expected) => {
    const [row] = (await bigquery.query(`SELECT ${expression}`))[0];
    const values = Object.values(JSON.parse(JSON.stringify(row))).map((value) =>
      typeof value === "object" && value !== null && "value" in value ? value.value : value,
    );
    expect(values).toEqual(Array.isArray(expected) ? expected : [expected]);
  });
});

describe("parameters", () => {
  test("takes every type by name, and leaves strings, comments and names alone", async () => {
    const query = `SELECT @s AS s, '@s' AS quoted, @i + 1 AS i, -- @nothing ?
      @f AS f, @b AS b, @t AS t, @d AS d, @list AS list, @record.x AS x, \`odd ?\`, @none AS none
      FROM (SELECT 1 AS \`odd ?\`) /* @nothing */ # @nothing`;
    const params = {
      s: "it's \\ \n `@i` ü😀 --",
      i: 41,
      f: 1.5,
      b: true,
      t: BigQuery.timestamp("2024-01-01T00:00:00.123456Z"),
      d: BigQuery.date("2024-01-31"),
      list: ["a", "b'"],
      record: { x: 7 },
      none: null,
    };
    expect(await run(query, { params, types: { none: "STRING" } })).toEqual([
      {
        s: params.s,
        quoted: "@s",
        i: 42,
        f: 1.5,
        b: true,
        t: "2024-01-01T00:00:00.123456000Z",
        d: "2024-01-31",
        list: ["a", "b'"],
        x: 7,
        "odd ?": 1,
        none: null,
      },
    ]);
  });

  test("takes them by position, empty lists and NULL by their types", async () => {
    const query = "SELECT ? AS a, ? AS b, 'x' IN UNNEST(?) AS c, ? AS d";
    const params = ["1", 2, [], BigQuery.int("9007199254740993")];
    const types = ["STRING", "INT64", ["STRING"], "INT64"];
    const answer = await run(query, { params, types, wrapIntegers: true });
    expect(answer).toMatchObject([
      { a: "1", b: { value: "2" }, c: false, d: { value: "9007199254740993" } },
    ]);
  });

  test("cannot be broken out of", async () => {
    const hostile = [
      "'; DROP TABLE shop.tweets --",
      "\\",
      "\\'",
      "'''",
      "\u0000",
      "`",
      '"',
      "${x}",
    ];
    for (const text of hostile) {
      expect(await run("SELECT @text AS x", { params: { text } })).toEqual([{ x: text }]);
    }
  });

  test("refuses what is missing", async () => {
    await expect(run("SELECT @a", { params: { b: 1 } })).rejects.toMatchObject({
      code: 400,
      message: "Query parameter 'a' not found",
    });
  });
});

describe("refusals in BigQuery's words", () => {
  test.each<[string, number, string, RegExp]>([
    [
      "SELECT * FROM shop.nothing",
      404,
      "notFound",
      /^Not found: Table demo:shop\.nothing was not found in location US$/,
    ],
    [
      "SELECT * FROM other.nothing",
      404,
      "notFound",
      /^Not found: Dataset demo:other was not found/,
    ],
    [
      "SELECT nothing FROM shop.tweets",
      400,
      "invalidQuery",
      /^Unrecognized name: nothing at \[1:8\]$/,
    ],
    [
      "SELECT id FROM shop.tweets, UNNEST(links) AS l WHERE outcome = 'counted'",
      400,
      "invalidQuery",
      /^Column name outcome is ambiguous at \[1:54\]$/,
    ],
    ["SELECT FROM", 400, "invalidQuery", /^Syntax error: .* at \[1:\d+\]$/],
    ["SELECT 'open", 400, "invalidQuery", /^Syntax error: Unclosed string literal at \[1:8\]$/],
    ["SELECT 1 / 0", 400, "invalidQuery", /division by zero/],
    [
      "SELECT id, COUNT(*) FROM shop.tweets",
      400,
      "invalidQuery",
      /column id which is neither grouped nor aggregated/,
    ],
    ["SELECT 1 AS a, 2 AS a", 400, "invalidQuery", /^Duplicate column names .* duplicate\(s\): a$/],
    ["SELECT [NULL] AS x", 400, "invalidQuery", /^Array cannot have a null element/],
    ["SELECT * FROM tweets", 400, "invalidQuery", /must be qualified with a dataset/],
    [
      "INSERT INTO shop.url_hour_increments (url) VALUES ('x')",
      400,
      "invalidQuery",
      /Required field hour cannot be null/,
    ],
    [
      "SELECT STRING(CURRENT_TIMESTAMP(), 'Asia/Tokyo')",
      501,
      "notImplemented",
      /STRING with a time zone/,
    ],
    [
      "SELECT read_text('/etc/hostname')",
      400,
      "invalidQuery",
      /^Function not found: read_text at \[1:8\]$/,
    ],
    [
      "SELECT * FROM '/etc/passwd'",
      400,
      "invalidQuery",
      /^Syntax error: Unexpected string literal/,
    ],
    ["SELECT 1; SELECT 2", 501, "notImplemented", /A script of several/],
    ["SELECT HLL_COUNT.INIT(1)", 501, "notImplemented", /Function HLL_COUNT\.INIT/],
    [
      "SELECT * FROM shop.INFORMATION_SCHEMA.JOBS",
      501,
      "notImplemented",
      /INFORMATION_SCHEMA\.JOBS/,
    ],
  ])("%s", async (query, code, reason, message) => {
    const error = await bigquery.query(query).then(
      () => expect.fail("the query was answered"),
      (refusal: unknown) => refusal,
    );
    expect(error).toMatchObject({
      code,
      errors: [{ reason, message: expect.stringMatching(message) }],
    });
  });
});

describe("changes by statement", () => {
  test("inserts, updates, merges and deletes, and says how many rows", async () => {
    await bigquery.dataset("shop").createTable("scratch", {
      schema: {
        fields: [
          { name: "k", type: "STRING" },
          { name: "n", type: "INTEGER" },
        ],
      },
    });
    const affected = async (query: string) => {
      const [job] = await bigquery.createQueryJob({ query });
      await job.getQueryResults();
      const [metadata] = await job.getMetadata();
      return metadata.statistics.query.numDmlAffectedRows;
    };
    expect(await affected("INSERT INTO shop.scratch (k, n) VALUES ('a', 1), ('b', 2)")).toBe("2");
    expect(await affected("INSERT shop.scratch (k, n) SELECT 'c', 3")).toBe("1");
    expect(await affected("UPDATE shop.scratch SET n = n + 10 WHERE k != 'a'")).toBe("2");
    expect(
      await affected(`MERGE shop.scratch AS t USING (SELECT 'a' AS k UNION ALL SELECT 'd') AS s
        ON t.k = s.k WHEN MATCHED THEN UPDATE SET n = 100
        WHEN NOT MATCHED THEN INSERT (k, n) VALUES (s.k, 0)`),
    ).toBe("2");
    expect(await affected("DELETE FROM shop.scratch WHERE k = 'b'")).toBe("1");
    expect(await run("SELECT * FROM shop.scratch ORDER BY k")).toEqual([
      { k: "a", n: 100 },
      { k: "c", n: 13 },
      { k: "d", n: 0 },
    ]);
    await expect(bigquery.query("DELETE FROM shop.scratch")).rejects.toThrow(/must have a WHERE/);
  });
});

describe("definitions by statement", () => {
  test("create, replace and drop what the API shows", async () => {
    await run("CREATE SCHEMA IF NOT EXISTS made OPTIONS (description = 'made by SQL')");
    await run("CREATE SCHEMA IF NOT EXISTS made");
    await run(`CREATE TABLE made.days (day DATE NOT NULL, hosts ARRAY<STRING>, n INT64 OPTIONS (description = 'how many'))
      PARTITION BY day CLUSTER BY n OPTIONS (labels = [('team', 'data')])`);
    const [table] = await bigquery.dataset("made").table("days").getMetadata();
    expect(table).toMatchObject({
      schema: {
        fields: [
          { name: "day", type: "DATE", mode: "REQUIRED" },
          { name: "hosts", type: "STRING", mode: "REPEATED" },
          { name: "n", type: "INTEGER", mode: "NULLABLE", description: "how many" },
        ],
      },
      timePartitioning: { type: "DAY", field: "day" },
      clustering: { fields: ["n"] },
      labels: { team: "data" },
    });
    await expect(run("CREATE TABLE made.days (n INT64)")).rejects.toMatchObject({ code: 409 });
    await run("CREATE OR REPLACE TABLE made.days AS SELECT 1 AS n UNION ALL SELECT 2");
    await run("CREATE OR REPLACE VIEW made.twice AS SELECT n * 2 AS n FROM made.days");
    await run("CREATE OR REPLACE VIEW made.twice AS SELECT n * 3 AS n FROM made.days");
    expect(await run("SELECT n FROM made.twice ORDER BY n")).toEqual([{ n: 3 }, { n: 6 }]);
    expect(
      await run("SELECT table_name, table_type FROM made.INFORMATION_SCHEMA.TABLES ORDER BY 1"),
    ).toEqual([
      { table_name: "days", table_type: "BASE TABLE" },
      { table_name: "twice", table_type: "VIEW" },
    ]);
    await expect(run("DROP TABLE made.twice")).rejects.toThrow("it is a VIEW");
    await run("DROP VIEW made.twice");
    await run("DROP VIEW IF EXISTS made.twice");
    await run("DROP SCHEMA made CASCADE");
    await expect(run("SELECT * FROM made.days")).rejects.toMatchObject({ code: 404 });
  });

  test("a view is what those under it are now, 16 levels deep", async () => {
    await run("CREATE SCHEMA deep");
    await run("CREATE TABLE deep.numbers AS SELECT 1 AS n");
    await run("CREATE VIEW deep.v1 AS SELECT n FROM deep.numbers");
    for (let level = 2; level <= 16; level++) {
      await run(`CREATE VIEW deep.v${level} AS SELECT * FROM deep.v${level - 1}`);
    }
    await run("CREATE TABLE FUNCTION deep.last() AS SELECT * FROM deep.v2");
    const all = () => run("SELECT * FROM deep.v16");
    expect(await all()).toEqual([{ n: 1 }]);
    await run("CREATE OR REPLACE VIEW deep.v2 AS SELECT n, n + 1 AS more FROM deep.v1");
    expect(await all()).toEqual([{ n: 1, more: 2 }]);
    expect(await run("SELECT * FROM deep.last()")).toEqual([{ n: 1, more: 2 }]);
    await run("CREATE OR REPLACE TABLE deep.numbers AS SELECT 'one' AS n");
    await expect(all()).rejects.toThrow("No matching signature for operator +");
    await run("DROP TABLE deep.numbers");
    await expect(all()).rejects.toThrow("Not found: Table demo:deep.numbers");
    await run("CREATE TABLE deep.numbers AS SELECT 2 AS n");
    expect(await all()).toEqual([{ n: 2, more: 3 }]);
    await run("CREATE VIEW deep.v17 AS SELECT * FROM deep.v16");
    await run("CREATE TABLE FUNCTION deep.more() AS SELECT * FROM deep.v16");
    // What is known of a view that is right is not right one level deeper.
    for (const from of ["deep.v17", "deep.more()"]) {
      expect(await all()).toEqual([{ n: 2, more: 3 }]);
      await expect(run(`SELECT * FROM ${from}`)).rejects.toThrow("Too many nested views");
    }
    // Not even of themselves are they without end.
    await run("CREATE OR REPLACE VIEW deep.v1 AS SELECT n FROM deep.v2");
    await expect(run("SELECT * FROM deep.v1")).rejects.toThrow("Too many nested views");
    await run("DROP SCHEMA deep CASCADE");
  });

  test("table functions are created, replaced, called and dropped", async () => {
    await run("CREATE SCHEMA routines");
    await run(`CREATE TABLE FUNCTION routines.above(least INT64, word STRING) AS (
      WITH counted AS (SELECT n FROM UNNEST([1, 2, 3]) AS n WHERE n >= least)
      SELECT n, CONCAT(word, '!') AS said FROM counted)`);
    expect(await run("SELECT * FROM routines.above(2, 'a') ORDER BY n")).toEqual([
      { n: 2, said: "a!" },
      { n: 3, said: "a!" },
    ]);
    expect(
      await run(`SELECT one.n, other.said FROM routines.above(3, 'a') AS one
        JOIN routines.above(1 + 1, 'b') AS other USING (n)`),
    ).toEqual([{ n: 3, said: "b!" }]);
    for (const [call, problem] of [
      ["above('x', 'a')", "No matching signature for table-valued function routines.above"],
      ["above(1)", "No matching signature for table-valued function routines.above"],
      ["above(least, 'a')", "Unrecognized name: least"],
      ["below(1)", "Table-valued function not found: routines.below"],
    ]) {
      await expect(run(`SELECT * FROM routines.${call}`)).rejects.toThrow(problem);
    }
    const again = "TABLE FUNCTION routines.above(least INT64) AS SELECT least AS n";
    await expect(run(`CREATE ${again}`)).rejects.toMatchObject({ code: 409 });
    await expect(run(`CREATE OR REPLACE ${again}, missing`)).rejects.toThrow("missing");
    await run(`CREATE OR REPLACE ${again}`);
    expect(await run("SELECT n FROM routines.above(7)")).toEqual([{ n: 7 }]);
    await expect(run("DROP SCHEMA routines")).rejects.toThrow("still in use");
    await run("DROP TABLE FUNCTION routines.above");
    await run("DROP TABLE FUNCTION IF EXISTS routines.above");
    await run("DROP SCHEMA routines");
  });

  test("a change with several sources for one row is none", async () => {
    await run("CREATE TABLE shop.once AS SELECT 'a' AS k, 1 AS n");
    const sources = "(SELECT 'a' AS k, 2 AS n UNION ALL SELECT 'a', 3)";
    const problem = "UPDATE/MERGE must match at most one source row for each target row";
    await expect(
      run(`MERGE shop.once AS t USING ${sources} AS s ON t.k = s.k
        WHEN MATCHED THEN UPDATE SET n = s.n`),
    ).rejects.toThrow(problem);
    await expect(
      run(`UPDATE shop.once AS t SET n = s.n FROM ${sources} AS s WHERE t.k = s.k`),
    ).rejects.toThrow(problem);
    expect(await run("SELECT n FROM shop.once")).toEqual([{ n: 1 }]);
    const [job] = await bigquery.createQueryJob({
      query: `MERGE shop.once AS t USING (SELECT 'a' AS k UNION ALL SELECT 'b') AS s ON t.k = s.k
        WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (k, n) VALUES (s.k, 5)`,
    });
    await job.promise();
    const [{ statistics }] = await job.getMetadata();
    expect(statistics.query).toMatchObject({
      numDmlAffectedRows: "2",
      dmlStats: { insertedRowCount: "1", updatedRowCount: "0", deletedRowCount: "1" },
    });
  });
});

describe("what analysts write", () => {
  test.each<[string, unknown]>([
    [
      "SELECT DATE(received_at) AS received_at, COUNT(*) AS n FROM shop.tweets GROUP BY received_at",
      [{ received_at: "2024-01-01", n: 4 }],
    ],
    [
      "SELECT NET.HOST('https://www.Example.co.uk:80/a?b') AS h, NET.REG_DOMAIN('http://a.b.example.co.uk/x') AS d",
      [{ h: "www.Example.co.uk", d: "example.co.uk" }],
    ],
    ["SELECT FORMAT('%05d|%-4s|%.2f|%s', 42, 'ab', 1.005, 'x') AS f", [{ f: "00042|ab  |1.00|x" }]],
    ["CREATE TEMP FUNCTION twice(x INT64) AS (x * 2); SELECT twice(twice(3)) AS n", [{ n: 12 }]],
    [
      "SELECT SAFE.PARSE_TIMESTAMP('%F', 'no') AS t, SAFE.SUBSTR('abc', 2) AS s",
      [{ t: null, s: "bc" }],
    ],
    [
      "SELECT APPROX_TOP_COUNT(x, 2) AS top FROM UNNEST(['a', 'b', 'a', 'b', 'a', 'c']) AS x",
      [
        {
          top: [
            { value: "a", count: 3 },
            { value: "b", count: 2 },
          ],
        },
      ],
    ],
    [
      "SELECT APPROX_COUNT_DISTINCT(x) AS n FROM UNNEST(GENERATE_ARRAY(1, 3000)) AS x",
      [{ n: 3000 }],
    ],
    [
      `SELECT SEARCH(['東京', 'a b'], '東京', analyzer => 'NO_OP_ANALYZER') AS whole,
        SEARCH(['東京', 'a b'], 'a', analyzer => 'NO_OP_ANALYZER') AS part,
        SEARCH(['Ab'], LOWER('AB'), analyzer => 'NO_OP_ANALYZER') AS other_case,
        SEARCH('a b', 'a b', analyzer => 'NO_OP_ANALYZER') AS text,
        SEARCH(CAST(NULL AS STRING), 'a', analyzer => 'NO_OP_ANALYZER') AS absent`,
      [{ whole: true, part: false, other_case: false, text: true, absent: false }],
    ],
    [
      "SELECT column_name, data_type FROM shop.INFORMATION_SCHEMA.COLUMNS WHERE table_name = 'tweets' AND column_name = 'links'",
      [
        {
          column_name: "links",
          data_type: "ARRAY<STRUCT<input STRING, url_key STRING, outcome STRING>>",
        },
      ],
    ],
  ])("%s", async (query, expected) => {
    expect(await run(query)).toEqual(expected);
  });

  test.each([
    ["SELECT SAFE_CAST(1 / 0 AS STRING)", 400, /division by zero/],
    ["SELECT SEARCH('a b', 'a')", 501, /^SEARCH by LOG_ANALYZER is not implemented/],
    [
      "SELECT SEARCH('a', 'a', analyzer => 'NO_OP_ANALYZER', json_scope => 'JSON_KEYS')",
      501,
      /^SEARCH with the argument json_scope by name is not implemented/,
    ],
    [
      "SELECT SEARCH(id, author, analyzer => 'NO_OP_ANALYZER') FROM shop.tweets",
      400,
      /^Argument 2 to SEARCH must be a constant expression at \[1:19\]$/,
    ],
    ["SELECT 9223372036854775807 + 1", 400, /^int64 overflow: 9223372036854775807 \+ 1$/],
    ["SELECT * FROM @t", 400, /^Syntax error: Unexpected "@t" at \[1:15\]$/],
    ["SELECT 1 AS x FROM shop.tweets CROSS JOIN nope.links", 404, /Dataset demo:nope/],
    ["SELECT id FROM shop.tweets UNPIVOT(a FOR b IN (id))", 501, /^UNPIVOT is not implemented/],
    ["SELECT INTERVAL 1 DAY", 501, /^INTERVAL as a value is not implemented/],
    ["DECLARE x INT64", 501, /^DECLARE as a statement is not implemented/],
    [
      "INSERT INTO shop.url_hour_increments (hour) VALUES (1.5)",
      400,
      /cannot be inserted into column hour/,
    ],
    ["", 400, /Required parameter is missing: query/],
  ])("%s", async (query, code, message) => {
    const body = JSON.stringify({ query, useLegacySql: false });
    const response = await fetch(`${server.restUrl}/projects/demo/queries`, {
      method: "POST",
      body,
    });
    expect(await response.json()).toMatchObject({
      error: { code, message: expect.stringMatching(message) },
    });
  });
});
