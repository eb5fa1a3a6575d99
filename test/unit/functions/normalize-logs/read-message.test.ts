import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../../functions/normalize-logs/config.ts";
import { readMessage } from "../../../../functions/normalize-logs/read-message.ts";
import { logEntries } from "../../../../shared/streams/log-entries.ts";
import { delivery } from "../../../support/deliveries.ts";

const now = Date.parse("2026-01-01T00:00:00Z");
const { treatAddress } = parseConfig({
  GOOGLE_CLOUD_PROJECT: "p",
  IP_SALT: "0123456789abcdef",
});

function read(text: string | Uint8Array, attributes: Record<string, string> = {}) {
  const message = { ...delivery(text, "log-lines"), attributes };
  const { entries, directives, failed } = readMessage(message, {
    functionVersion: "v1",
    treatAddress,
    now,
  });
  for (const entry of entries) expect(logEntries.event.parse(entry)).toEqual(entry);
  return {
    entries: entries.map((entry) => {
      const { id: _, ...said } = entry;
      return said;
    }),
    ids: entries.map(({ id }): string => id),
    directives,
    failures: failed.map(({ reason, issues }) => `${reason} ${issues[0]?.path}`),
  };
}

const one = (line: string | object, attributes?: Record<string, string>) => {
  const { entries, failures } = read(
    typeof line === "string" ? line : JSON.stringify(line),
    attributes,
  );
  expect(failures).toEqual([]);
  expect(entries).toHaveLength(1);
  return entries[0];
};

const combined =
  '83.149.9.216 - - [17/May/2015:10:05:03 +0000] "GET /a/b.png?c=d HTTP/1.1" 404 203023 "http://e.f/" "Mozilla/5.0 (X11; \\"Linux\\")"';

describe("access logs", () => {
  test("in the combined format", () => {
    expect(one(combined)).toEqual({
      event_time: "2015-05-17T10:05:03.000Z",
      service: "-",
      host: "-",
      status: "404",
      outcome: "client-error",
      bytes: 203_023,
      method: "GET",
      path: "/a/b.png",
      user: expect.stringMatching(/^ip:[\w-]{16}$/),
    });
  });

  test("in the common format, from any zone, with a user of several words", () => {
    expect(
      one('::1 - John Doe [31/Dec/2015:23:59:60 -0130] "POST /x HTTP/2.0" 503 -'),
    ).toMatchObject({
      event_time: "2016-01-01T01:29:59.000Z",
      status: "503",
      outcome: "server-error",
      bytes: 0,
      method: "POST",
      user: "John Doe",
    });
  });

  test("with the virtual host in front", () => {
    expect(one(`Shop.example:443 ${combined}`)).toMatchObject({
      host: "shop.example",
      path: "/a/b.png",
    });
  });

  test.each([
    ["a.b:80 - x", { host: "-", user: "x" }],
    ["a.b:80 1.1.1.1 - x", { host: "a.b", user: "x" }],
    ["a.b:80 1.1.1.1 - x y:1 ", { host: "a.b", user: "x y:1 " }],
    ["a.b:123456 - x y", { host: "-", user: "x y" }],
    ["a:b:80 - x y", { host: "-", user: "x y" }],
    ["1.1.1.1 -  ", { host: "-", user: " " }],
  ])("who asks whom: %j", (who, expected) => {
    expect(one(`${who} [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 12`)).toMatchObject(
      expected,
    );
  });

  test.each([
    ["29/Feb/2000:23:59:60 -0130", "2000-03-01T01:29:59.000Z"],
    ["29/Feb/2024:00:00:00 +0000", "2024-02-29T00:00:00.000Z"],
    ["31/Dec/2015:00:30:00 +0100", "2015-12-30T23:30:00.000Z"],
    ["30/Apr/2015:23:00:00 -0200", "2015-05-01T01:00:00.000Z"],
  ])("at %s", (time, expected) => {
    expect(one(`1.1.1.1 - - [${time}] "GET / HTTP/1.1" 200 12`)?.event_time).toBe(expected);
  });

  test.each([
    "29/Feb/2023:00:00:00 +0000",
    "30/Feb/2024:00:00:00 +0000",
    "31/Apr/2015:00:00:00 +0000",
    "00/May/2015:00:00:00 +0000",
    "17/May/2015:24:00:00 +0000",
    "17/May/2015:00:60:00 +0000",
    "17/May/2015:00:00:61 +0000",
    "17/May/2015 00:00:00 +0000",
    "17/May/2015:00:00:00 0000",
  ])("not at %s", (time) => {
    const { failures } = read(`1.1.1.1 - - [${time}] "GET / HTTP/1.1" 200 12`);
    expect(failures).toEqual(["impossible-time records[0].time"]);
  });

  test.each([
    [`${combined} 1500`, 1_500],
    [`${combined} 0.25`, 250_000],
    [`${combined} "-" 0.001`, 1_000],
    [`${combined} "7"`, undefined],
    [combined, undefined],
    ['1.1.1.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 12 34', undefined],
  ])("with the time it took behind: %s", (line, duration) => {
    expect(one(line)?.duration_us).toBe(duration);
  });

  test.each([
    ["-", {}],
    ["\\x16\\x03\\x01", {}],
    ["GET", {}],
    ["GET /a b HTTP/1.1", { method: "GET", path: "/a b" }],
    ["CONNECT a.b:443 HTTP/1.1", { method: "CONNECT", path: "a.b:443" }],
    ["GET http://c.d:80/e?f HTTP/1.1", { method: "GET", path: "/e" }],
    ["GET /#frag HTTP/1.1", { method: "GET", path: "/" }],
    ["GET ?a HTTP/1.1", { method: "GET" }],
  ])("whose request is %j", (request, expected) => {
    const entry = one(`1.1.1.1 - - [17/May/2015:10:05:03 +0000] "${request}" 400 0`);
    const { method, path } = entry ?? {};
    expect({ ...(method && { method }), ...(path && { path }) }).toEqual(expected);
  });

  test.each([
    ['1.1.1.1 - - [32/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 12', "impossible-time"],
    ['1.1.1.1 - - [17/Mai/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 12', "impossible-time"],
    ['1.1.1.1 - - [17/May/1985:10:05:03 +0000] "GET / HTTP/1.1" 200 12', "impossible-time"],
    ['1.1.1.1 - - [17/May/2035:10:05:03 +0000] "GET / HTTP/1.1" 200 12', "impossible-time"],
    ['1.1.1.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 20 12', "unknown-shape"],
    ['1.1.1.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 many', "unknown-shape"],
    ['1.1.1.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1', "unknown-shape"],
    [combined.slice(0, -1), "unknown-shape"],
    ['1.1.1.1 [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 12', "unknown-shape"],
    ["[17/May/2015:10:05:03 +0000]", "malformed-json"],
    ["x".repeat(1_000_000), "unknown-shape"],
    [`a${" [".repeat(500_000)}`, "unknown-shape"],
    [`1.1.1.1 - - [17/May/2015:10:05:03 +0000] "${"\\".repeat(1_000_000)}`, "unknown-shape"],
  ])("are not: %.80s", (line, failure) => {
    const { entries, failures } = read(line);
    expect(entries).toEqual([]);
    expect(failures[0]).toContain(failure);
  });

  test("lose nothing to a neighbour that is no UTF-8", () => {
    const { entries, failures } = read(
      Buffer.concat([Buffer.from(`${combined}\n`), Buffer.of(0xff, 0x0a), Buffer.from(combined)]),
    );
    expect(entries).toHaveLength(2);
    expect(failures).toEqual(["invalid-utf8 records[1]"]);
  });
});

describe("loggers", () => {
  test("Google's LogEntry", () => {
    expect(
      one({
        insertId: "i1",
        logName: "projects/p/logs/run.googleapis.com%2Frequests",
        timestamp: "2024-05-06T07:08:09.123456789Z",
        severity: "WARNING",
        resource: { type: "cloud_run_revision", labels: { service_name: "shop" } },
        httpRequest: {
          requestMethod: "GET",
          requestUrl: "https://Shop.example:8080/cart?x=1",
          status: 429,
          responseSize: "512",
          latency: "0.075s",
          remoteIp: "1.2.3.4",
        },
      }),
    ).toEqual({
      event_time: "2024-05-06T07:08:09.123Z",
      service: "shop",
      host: "shop.example:8080",
      status: "429",
      outcome: "client-error",
      bytes: 512,
      method: "GET",
      path: "/cart",
      user: expect.stringMatching(/^ip:/),
      duration_us: 75_000,
    });
  });

  test("pino", () => {
    expect(
      one({
        level: 50,
        time: 1_714_979_289_123,
        pid: 1,
        hostname: "box",
        name: "api",
        req: { method: "PUT", url: "/v1/x?y", remoteAddress: "::1", headers: { host: "a.b" } },
        res: { statusCode: 500, headers: { "content-length": 21 } },
        responseTime: 12.5,
        msg: "request errored",
      }),
    ).toMatchObject({
      event_time: "2024-05-06T07:08:09.123Z",
      service: "api",
      host: "a.b",
      status: "500",
      outcome: "server-error",
      bytes: 21,
      method: "PUT",
      path: "/v1/x",
      duration_us: 12_500,
    });
  });

  test("Bunyan, without any request", () => {
    expect(
      one({ v: 0, level: 40, name: "job", hostname: "box", pid: 1, time: "2024-05-06T07:08:09Z" }),
    ).toEqual({
      event_time: "2024-05-06T07:08:09.000Z",
      service: "job",
      host: "box",
      status: "warning",
      outcome: "ok",
      bytes: 0,
    });
  });

  test.each([
    {
      "@timestamp": "2024-05-06T09:08:09.5+02:00",
      "log.level": "ERROR",
      "service.name": "auth",
      "host.name": "h1",
      "http.request.method": "GET",
      "http.response.status_code": 302,
      "http.response.body.bytes": 5,
      "url.path": "/login",
      "user.name": "ann",
      "event.duration": 2_000_000,
    },
    {
      "@timestamp": "2024-05-06T07:08:09.500Z",
      log: { level: "ERROR" },
      service: { name: "auth" },
      host: { name: "h1" },
      http: { request: { method: "GET" }, response: { status_code: 302, body: { bytes: 5 } } },
      url: { path: "/login" },
      user: { name: "ann" },
      event: { duration: 2_000_000 },
    },
  ])("ECS, dotted and nested", (entry) => {
    expect(one(entry)).toEqual({
      event_time: "2024-05-06T07:08:09.500Z",
      service: "auth",
      host: "h1",
      status: "302",
      outcome: "ok",
      bytes: 5,
      method: "GET",
      path: "/login",
      user: "ann",
      duration_us: 2_000,
    });
  });

  test.each([
    ["ERROR", "error", "server-error"],
    ["Emergency", "emergency", "server-error"],
    ["warn", "warning", "ok"],
    [60, "fatal", "server-error"],
    [10, "trace", "ok"],
    [undefined, "-", "ok"],
  ])("of severity %s", (level, status, outcome) => {
    expect(one({ time: "2024-05-06T07:08:09Z", level })).toMatchObject({ status, outcome });
  });

  test.each([
    [{ message: "no time" }, "unknown-shape"],
    [{ time: "yesterday" }, "impossible-time"],
    [{ time: "2024-05-06T07:08:09" }, "impossible-time"],
    [{ time: "2024-02-30T07:08:09Z" }, "impossible-time"],
    [{ time: { seconds: 1 } }, "unknown-shape"],
    [[{ time: "2024-05-06T07:08:09Z" }], "unknown-shape"],
    [17, "unknown-shape"],
  ])("are not: %j", (entry, failure) => {
    expect(read(JSON.stringify(entry)).failures[0]).toContain(failure);
  });

  test("are not taken in by members that all objects have", () => {
    const line = '{"time":"2024-05-06T07:08:09Z","__proto__":{"status":500},"constructor":1}';
    expect(one(line)).toMatchObject({ status: "-" });
  });
});

describe("the W3C extended format", () => {
  const fields =
    "#Fields: date time s-sitename cs-method cs-uri-stem sc-status sc-bytes time-taken cs-username c-ip cs(User-Agent)";
  const line = "2024-05-06 07:08:09 W3SVC1 GET /a 500 17 31 - 1.2.3.4 Mozilla/5.0+(X)";
  const expected = {
    event_time: "2024-05-06T07:08:09.000Z",
    service: "W3SVC1",
    host: "-",
    status: "500",
    outcome: "server-error",
    bytes: 17,
    method: "GET",
    path: "/a",
    user: expect.stringMatching(/^ip:/),
    duration_us: 31_000,
  };

  test("names its fields in a line, or in an attribute of the message", () => {
    const { entries, directives } = read(`#Version: 1.0\n${fields}\n${line}\n`);
    expect(entries).toEqual([expected]);
    expect(directives).toBe(2);
    expect(one(line, { heading: fields })).toEqual(expected);
  });

  test("may have quotes and tabs, and may change its fields", () => {
    const text = [
      "#Fields: date time cs-username cs-uri-stem",
      '2024-05-06\t07:08:09\t"a ""b"" c"\t/a',
      "#Fields: time date cs-uri-stem",
      "07:08:09 2024-05-06 /b",
      "07:08:09 2024-05-06",
    ].join("\n");
    const { entries, failures } = read(text);
    expect(entries).toMatchObject([{ user: 'a "b" c', path: "/a" }, { path: "/b" }]);
    expect(failures[0]).toContain("unknown-shape");
  });
});

describe("identities", () => {
  test("tell equal lines of a file apart, wherever the file is, however it is cut", () => {
    const whole = read(`${combined}\n${combined}\n${combined}`, { records: "0-1,3" });
    expect(new Set(whole.ids).size).toBe(3);
    expect(read(`${combined}\n${combined}`, { records: "1,3" }).ids).toEqual(whole.ids.slice(1));
  });

  test("are those that the log gives its entries", () => {
    const entry = { insertId: "i1", logName: "l", timestamp: "2024-05-06T07:08:09Z" };
    const { ids } = read(
      [entry, { ...entry, more: 1 }, { ...entry, insertId: "i2" }]
        .map((each) => JSON.stringify(each))
        .join("\n"),
    );
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
  });
});

describe("whose lines they are", () => {
  test.each([
    [{ object: "landing/log-lines/shop/2026/a.log" }, "shop", "-"],
    [{ object: "landing/log-lines/a.log" }, "-", "-"],
    [{ service: "web", host: "A.b", object: "landing/log-lines/shop/a.log" }, "web", "a.b"],
  ])("%j", (attributes, service, host) => {
    expect(one(combined, attributes)).toMatchObject({ service, host });
  });
});

describe("addresses", () => {
  const variables = { GOOGLE_CLOUD_PROJECT: "p" };
  const treat = (more: Record<string, string>) =>
    parseConfig({ ...variables, ...more }).treatAddress;

  test("are hashed with another salt every day", () => {
    const salted = treat({ IP_SALT: "0123456789abcdef" });
    const today = salted("1.2.3.4", "2026-01-01");
    expect(today).toMatch(/^ip:[\w-]{16}$/);
    expect(salted("1.2.3.4", "2026-01-01")).toBe(today);
    expect(salted("1.2.3.4", "2026-01-02")).not.toBe(today);
    expect(salted("1.2.3.5", "2026-01-01")).not.toBe(today);
    expect(treat({ IP_SALT: "0123456789abcdef" })("1.2.3.4", "2026-01-01")).toBe(today);
    expect(treat({ IP_SALT: "0123456789abcdeg" })("1.2.3.4", "2026-01-01")).not.toBe(today);
  });

  test("are hashed with a salt that nobody knows where none is given", () => {
    expect(treat({})("1.2.3.4", "2026-01-01")).not.toBe(treat({})("1.2.3.4", "2026-01-01"));
  });

  test("are kept or dropped where a variable says so", () => {
    expect(treat({ IP_ADDRESSES: "keep" })("1.2.3.4", "2026-01-01")).toBe("1.2.3.4");
    expect(treat({ IP_ADDRESSES: "drop" })("1.2.3.4", "2026-01-01")).toBeUndefined();
    expect(() => treat({ IP_ADDRESSES: "salt" })).toThrow("IP_ADDRESSES");
    expect(() => treat({ IP_SALT: "short" })).toThrow("IP_SALT");
  });
});
