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
    messages: failed.map(({ issues }) => issues[0]?.message),
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
    ["a.b:80 1.1.1.1 ann x", { host: "a.b", user: "x" }],
    ["a.b:80 - x", { host: "-", user: "x" }],
    ["a.b:80 1.1.1.1 - x", { host: "a.b", user: "x" }],
    ["a.b:80 1.1.1.1 - x y:1 ", { host: "a.b", user: "x y:1 " }],
    ["a.b:123456 - x y", { host: "-", user: "x y" }],
    ["a:b:80 - x y", { host: "-", user: "x y" }],
    ["1.1.1.1 -  ", { host: "-", user: " " }],
    ["a.b 1.1.1.1 - x", { host: "a.b", user: "x" }],
    ["a.b ::1 - x y", { host: "a.b", user: "x y" }],
    ["2.2.2.2 1.1.1.1 - x", { host: "2.2.2.2", user: "x" }],
    ["a.b:80 box ann x", { host: "a.b", user: "x" }],
    ["box - x y", { host: "-", user: "x y" }],
    // Passed on by proxies, which nginx may be told to write in the place of the address.
    ["1.1.1.1, 10.0.0.1, 10.0.0.2 - x", { host: "-", user: "x" }],
    ["a.b:80 1.1.1.1, 10.0.0.1 - x", { host: "a.b", user: "x" }],
    // What syslog, Docker and Kubernetes put in front.
    ["<190>Nov 28 20:31:40 box nginx: 1.1.1.1 - x", { host: "-", user: "x" }],
    ["Nov 28 20:31:40 10.9.9.9 nginx: 1.1.1.1 - x", { host: "-", user: "x" }],
    ["web_1  | a.b:80 1.1.1.1 - x y", { host: "a.b", user: "x y" }],
    ["2015-05-17T10:05:04.000Z stdout F 1.1.1.1 - x", { host: "-", user: "x" }],
  ])("who asks whom: %j", (who, expected) => {
    expect(one(`${who} [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 12`)).toMatchObject(
      expected,
    );
  });

  test.each([
    ["127.0.0.1 - -", "127.0.0.1"],
    ['127.0.0.1 - ""', "127.0.0.1"],
    ["a.b:80 127.0.0.1 - -", "127.0.0.1"],
    ["127.0.0.1 - ann", "ann"],
    ["a.b 127.0.0.1 - -", "127.0.0.1"],
    ["127.0.0.1, 10.0.0.1 - -", "127.0.0.1"],
    ["unknown, 10.0.0.1 - -", "unknown"],
    // A port is another one for each connection.
    ["127.0.0.1:5555 - -", "127.0.0.1"],
    ["::ffff:127.0.0.1 - -", "127.0.0.1"],
    ["2001:db8::1:80 - -", "2001:db8::1:80"],
    ["Nov 28 20:31:40 box nginx: 127.0.0.1 - -", "127.0.0.1"],
  ])("from whom: %s", (who, user) => {
    const line = `${who} [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 12`;
    const { entries } = readMessage(delivery(line, "log-lines"), {
      functionVersion: "v1",
      treatAddress: (address, day) => (day === "2015-05-17" ? address : undefined),
      now,
    });
    expect(entries.map((entry) => entry.user)).toEqual([user]);
  });

  test.each([
    [`${combined} 1500`, 1_500],
    [`${combined} 0.25`, 250_000],
    [`${combined} "-" 0.001`, 1_000],
    [`${combined} "7"`, undefined],
    [`${combined} - 1500`, 1_500],
    [`${combined} 0`, 0],
    // Bytes in and out, as mod_logio writes them, or times of which one is the upstream's.
    [`${combined} 512 12345`, undefined],
    [`${combined} 0.005 0.004`, undefined],
    [`${combined} 1500 abc`, undefined],
    [`${combined} abc`, undefined],
    [`${combined} x1500`, undefined],
    [`${combined} 1500x`, undefined],
    [`${combined} 1.5.5`, undefined],
    ['1.1.1.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 12 "-" 34', undefined],
    // The 64th of what follows is the last that is looked at.
    [`${combined}${" -".repeat(61)} 1500`, 1_500],
    [`${combined}${" -".repeat(62)} 1500`, undefined],
    [combined, undefined],
    ['1.1.1.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 12 34', undefined],
  ])("with the time it took behind: %s", (line, duration) => {
    expect(one(line)?.duration_us).toBe(duration);
  });

  test.each([
    ["-", {}],
    ["\\x16\\x03\\x01", {}],
    ["GET", {}],
    ["1GET / HTTP/1.1", {}],
    ["GET1 / HTTP/1.1", {}],
    ["GET /a?b", { method: "GET", path: "/a" }],
    ['GET /\\"a\\\\ HTTP/1.1', { method: "GET", path: '/\\"a\\\\' }],
    ["GET /a\\\\", { method: "GET", path: "/a\\\\" }],
    ["GET https:///a HTTP/1.1", { method: "GET", path: "/a" }],
    ["GET https://c.d HTTP/1.1", { method: "GET" }],
    ["GET /to?https://c.d/e HTTP/1.1", { method: "GET", path: "/to" }],
    ["GET /to/https://c.d/e HTTP/1.1", { method: "GET", path: "/to/https://c.d/e" }],
    ["GET /a b HTTP/1.1", { method: "GET", path: "/a b" }],
    ["CONNECT a.b:443 HTTP/1.1", { method: "CONNECT", path: "a.b:443" }],
    ["GET http://c.d:80/e?f HTTP/1.1", { method: "GET", path: "/e" }],
    ["GET http://ann:secret@c.d/e HTTP/1.1", { method: "GET", path: "/e" }],
    ["GET /#frag HTTP/1.1", { method: "GET", path: "/" }],
    ["GET ?a HTTP/1.1", { method: "GET" }],
  ])("whose request is %j", (request, expected) => {
    const entry = one(`1.1.1.1 - - [17/May/2015:10:05:03 +0000] "${request}" 400 0`);
    const { method, path } = entry ?? {};
    expect({ ...(method && { method }), ...(path && { path }) }).toEqual(expected);
  });

  test.each([
    [206, "ok"],
    [301, "ok"],
    [304, "ok"],
    [399, "ok"],
    [400, "client-error"],
    [416, "client-error"],
    [499, "client-error"],
    [500, "server-error"],
    [599, "server-error"],
  ])("of status %i and many bytes", (status, outcome) => {
    const line = '1.1.1.1 - - [29/Feb/2016:10:05:03 +0000] "GET / HTTP/1.1"';
    expect(one(`${line} ${status} 123456789012345 "-" "-"`)).toMatchObject({
      event_time: "2016-02-29T10:05:03.000Z",
      status: String(status),
      outcome,
      bytes: 123_456_789_012_345,
    });
  });

  const calendar = "not a time of the calendar";
  const bounds = "before 1995, or more than an hour in the future";
  test.each([
    ["17/May/2015 10:05:03 +0000", calendar],
    ["30/Feb/2015:10:05:03 +0000", calendar],
    ["x".repeat(62), calendar],
    ["17/May/1985:10:05:03 +0000", bounds],
    ["17/May/2035:10:05:03 +0000", bounds],
  ])("are not of %s", (time, message) => {
    const { failures, messages } = read(`1.1.1.1 - - [${time}] "GET / HTTP/1.1" 200 12`);
    expect(failures).toEqual(["impossible-time records[0].time"]);
    expect(messages).toEqual([message]);
  });

  const whoIs = (characters: number) =>
    `1.1.1.1 - ${"x".repeat(characters - 10)} [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 12`;
  const notALine =
    "neither a line of an access log, nor JSON, nor below #Fields: with as many of them";
  const wasCut = "a quote is not closed: the line was cut";
  test.each([
    [`1.1.1.1 - - [${"x".repeat(63)}] "GET / HTTP/1.1" 200 12`, notALine],
    ['1.1.1.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 20 12', notALine],
    ['1.1.1.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 many', notALine],
    ['1.1.1.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1"x 200 12', notALine],
    ['1.1.1.1 - - [17/May/2015:10:05:03 +0000] xGET / HTTP/1.1" 200 12', notALine],
    ['1.1.1.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1', notALine],
    ['1.1.1.1 [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 12', notALine],
    ['1.1.1.1 - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 12', notALine],
    ['a - x17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 12', notALine],
    ['x17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 12', notALine],
    ['a"GET / HTTP/1.1" 200 1 [17/May/2015:10:05:03 +0000]', notALine],
    [whoIs(1_025), notALine],
    ["x".repeat(1_000_000), notALine],
    [`a${" [".repeat(500_000)}`, notALine],
    [`1.1.1.1 - - [17/May/2015:10:05:03 +0000] "${"\\".repeat(1_000_000)}`, notALine],
    [combined.slice(0, -1), wasCut],
    [`${combined} "`, wasCut],
  ])("are not: %.80s", (line, message) => {
    const { entries, failures, messages } = read(line);
    expect(entries).toEqual([]);
    expect(failures).toEqual(["unknown-shape records[0]"]);
    expect(messages).toEqual([message]);
  });

  test("are not two that a carriage return parts", () => {
    const { entries, failures, messages } = read(`${combined}\r\n${combined}\r${combined}\r\n`);
    expect(entries).toHaveLength(1);
    expect(failures).toEqual(["unknown-shape records[1]"]);
    expect(messages).toEqual(["a carriage return within the line: end lines with line feeds"]);
  });

  test("are not JSON that is cut", () => {
    expect(read("[17/May/2015:10:05:03 +0000]").failures[0]).toContain("malformed-json");
  });

  test("are of whom they say, in so many words", () => {
    expect(one(whoIs(1_024))?.user).toBe("x".repeat(256));
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

  test.each<[string | number | undefined, string, string]>([
    ["ERROR", "error", "server-error"],
    ["Emergency", "emergency", "server-error"],
    ...["err", "critical", "crit", "alert", "fatal", "panic"].map(
      (level): [string, string, string] => [level, level, "server-error"],
    ),
    ["warn", "warning", "ok"],
    ["notice", "notice", "ok"],
    ["emerg", "emerg", "server-error"],
    ["SEVERE", "severe", "server-error"],
    ["50", "error", "server-error"],
    // Syslog and GELF.
    [0, "emergency", "server-error"],
    [3, "error", "server-error"],
    ["4", "warning", "ok"],
    [7, "debug", "ok"],
    [8, "trace", "ok"],
    // Google's LogSeverity.
    [100, "debug", "ok"],
    [200, "info", "ok"],
    [300, "notice", "ok"],
    [400, "warning", "ok"],
    [500, "error", "server-error"],
    [600, "critical", "server-error"],
    [700, "alert", "server-error"],
    [800, "emergency", "server-error"],
    [60, "fatal", "server-error"],
    [50, "error", "server-error"],
    [49, "warning", "ok"],
    [30, "info", "ok"],
    [20, "debug", "ok"],
    [10, "trace", "ok"],
    [-1, "-", "ok"],
    [undefined, "-", "ok"],
    ["x".repeat(33), "x".repeat(32), "ok"],
  ])("of severity %s", (level, status, outcome) => {
    expect(one({ time: "2024-05-06T07:08:09Z", level })).toMatchObject({ status, outcome });
  });

  const at = { time: "2024-05-06T07:08:09Z" };
  test.each<[unknown, string, string]>([
    [100, "100", "ok"],
    ["399", "399", "ok"],
    [400, "400", "client-error"],
    [499, "499", "client-error"],
    [500, "500", "server-error"],
    [599, "599", "server-error"],
    ...[99, 600, 1_200, "2000", "200 OK", 200.5, -200, null].map(
      (status): [unknown, string, string] => [status, "-", "ok"],
    ),
  ])("of status %j", (statusCode, status, outcome) => {
    expect(one({ ...at, statusCode })).toMatchObject({ status, outcome });
  });

  test.each<[unknown, number]>([
    [0, 0],
    ["512", 512],
    ...["x512", "512x", "1".repeat(16), -1, 1.5, null].map((told): [unknown, number] => [told, 0]),
  ])("of %j bytes", (told, bytes) => {
    expect(one({ ...at, "http.response.bytes": told })?.bytes).toBe(bytes);
  });

  test.each([
    [{ httpRequest: { latency: "12s" } }, 12_000_000],
    [{ httpRequest: { latency: "0.000001500s" } }, 2],
    [{ httpRequest: { latency: "0.0000000001s" } }, undefined],
    [{ httpRequest: { latency: "x1s" } }, undefined],
    [{ httpRequest: { latency: "1sec" } }, undefined],
    [{ responseTime: 0 }, 0],
    [{ responseTime: "12.5" }, 12_500],
    [{ responseTime: "soon", duration_ms: 3 }, 3_000],
    [{ responseTime: null, duration_ms: "3" }, 3_000],
    [{ responseTime: [7] }, undefined],
    [{ responseTime: -1 }, undefined],
    [{ responseTime: 1e300 }, undefined],
  ])("that took its time: %j", (told, duration) => {
    expect(one({ ...at, ...told })?.duration_us).toBe(duration);
  });

  test.each([
    ["12", 12_000],
    ["0.178", 178_000],
    ["1.5", 1_500_000],
  ])("took %s by a field of the W3C format", (taken, duration) => {
    const text = `#Fields: date\ttime\tsc-status\ttime-taken\n2024-05-06\t07:08:09\t200\t${taken}`;
    expect(one(text)?.duration_us).toBe(duration);
  });

  test.each([
    ["[2001:db8::1]:443", "2001:db8::1"],
    ["[2001:db8::1]", "2001:db8::1"],
    ["1.2.3.4:443", "1.2.3.4"],
    ["box:443", "box:443"],
  ])("are of %s at any port", (remoteAddress, user) => {
    const entry = JSON.stringify({ ...at, remoteAddress });
    const { entries } = readMessage(delivery(entry, "log-lines"), {
      functionVersion: "v1",
      treatAddress: (address) => address,
      now,
    });
    expect(entries[0]?.user).toBe(user);
  });

  test("tell no password of an address", () => {
    const httpRequest = { requestUrl: "https://ann:secret@a.b/c" };
    expect(one({ ...at, httpRequest })).toMatchObject({ host: "a.b", path: "/c" });
  });

  test("say in the first place that has a value what they say", () => {
    const entry = { timestamp: "", ...at, http: null, service: { name: "" }, name: "api", url: 7 };
    expect(one({ ...entry, host: { name: ["a"] }, hostname: "box" })).toEqual({
      event_time: "2024-05-06T07:08:09.000Z",
      service: "api",
      host: "box",
      status: "-",
      outcome: "ok",
      bytes: 0,
      path: "7",
    });
  });

  test("say no more than a key may hold, and nothing by nothing", () => {
    const long = {
      name: "s".repeat(257),
      hostname: "h".repeat(257),
      method: "M".repeat(33),
      url: "/".repeat(1_025),
      user: "u".repeat(257),
    };
    expect(one({ ...at, ...long })).toMatchObject({
      service: "s".repeat(256),
      host: "h".repeat(256),
      method: "M".repeat(32),
      path: "/".repeat(1_024),
      user: "u".repeat(256),
    });
    expect(one({ ...at, logName: "projects/" })?.service).toBe("-");
    expect(one({ ...at, url: "https:///a", hostname: "box" })?.host).toBe("box");
    expect(one({ ...at, url: "https:///a" }, { host: "a.b" })?.host).toBe("a.b");
  });

  const noTime = "no time: neither time nor timestamp";
  const notALine =
    "neither a line of an access log, nor JSON, nor below #Fields: with as many of them";
  test.each([
    [{ message: "no time" }, noTime],
    [{ time: { seconds: 1 } }, noTime],
    [[at], notALine],
    [17, notALine],
    [null, notALine],
  ])("are not: %j", (entry, message) => {
    const { failures, messages } = read(JSON.stringify(entry));
    expect([failures, messages]).toEqual([["unknown-shape records[0]"], [message]]);
  });

  test.each(["yesterday", "2024-05-06T07:08:09", "2024-02-30T07:08:09Z"])(
    "are not of %s",
    (time) => {
      const { failures, messages } = read(JSON.stringify({ time }));
      expect([failures, messages]).toEqual([
        ["impossible-time records[0].time"],
        ["not a time with its zone"],
      ]);
    },
  );

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

  test("names no fields by other directives, and may set them apart by many spaces", () => {
    const heading = "#Fields:  date   time\tcs-uri-stem ";
    const { entries, directives } = read(
      `${heading}\n#Date: 2024-05-06 07:08:09\n2024-05-06 07:08:09 /a\n`,
    );
    expect(entries).toMatchObject([{ path: "/a" }]);
    expect(directives).toBe(2);
    expect(read("2024-05-06 07:08:09 /a", { heading: "date time cs-uri-stem" }).failures).toEqual([
      "unknown-shape records[0]",
    ]);
  });

  test.each([
    "#Fields: date cs-uri-stem\n2024-05-06 /a",
    "#Fields: time cs-uri-stem\n07:08:09 /a",
    "#Fields: date time cs-uri-stem\n- 07:08:09 /a",
    "#Fields: date time cs-uri-stem\n2024-05-06 - /a",
  ])("has no time in half of it: %j", (text) => {
    expect(read(text).messages).toEqual(["no time: neither time nor timestamp"]);
  });

  test("has its 256 fields, and no more", () => {
    const names = (count: number) => Array.from({ length: count }, (_, at) => `x-${at}`);
    const textOf = (count: number) =>
      `#Fields: date time ${names(count - 2).join(" ")}\n2024-05-06 07:08:09 ${names(count - 2).join(" ")}`;
    expect(read(textOf(256)).entries).toHaveLength(1);
    expect(read(textOf(257)).failures).toEqual(["unknown-shape records[1]"]);
  });

  test("may end with a quote, and hold an empty value", () => {
    const text = '#Fields: date time cs-uri-stem cs-username\n2024-05-06 07:08:09 "" "a b"';
    expect(read(text).entries).toMatchObject([{ user: "a b" }]);
    expect(read(text).entries[0]).not.toHaveProperty("path");
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

  test("are of one log and one time, and of the line itself where the log gives none", () => {
    const entry = { insertId: "i1", logName: "l", timestamp: "2024-05-06T07:08:09Z" };
    const idsOf = (changes: object) =>
      read(`${JSON.stringify(entry)}\n${JSON.stringify({ ...entry, ...changes })}`).ids;
    for (const changes of [
      { logName: "m" },
      { timestamp: "2024-05-06T07:08:10Z" },
      { insertId: 7 },
    ]) {
      expect(new Set(idsOf(changes)).size, JSON.stringify(changes)).toBe(2);
    }
    for (const insertId of [undefined, "", 7]) {
      const bare = JSON.stringify({ ...entry, insertId });
      const { ids } = read(`${bare}\n${bare}`);
      expect(new Set(ids).size).toBe(2);
      for (const id of ids) expect(id).toMatch(/^log:[\w-]{22}\/\d$/);
    }
  });
});

describe("whose lines they are", () => {
  test.each([
    [{ object: "landing/log-lines/shop/2026/a.log" }, "shop", "-"],
    [{ object: "landing/log-lines/a.log" }, "-", "-"],
    [{ object: "old/landing/log-lines/shop/a.log" }, "-", "-"],
    [{ service: "", host: "" }, "-", "-"],
    [{ service: "web", host: "A.b", object: "landing/log-lines/shop/a.log" }, "web", "a.b"],
  ])("%j", (attributes, service, host) => {
    expect(one(combined, attributes)).toMatchObject({ service, host });
  });
});

describe("addresses", () => {
  const variables = { GOOGLE_CLOUD_PROJECT: "p" };
  const treat = (more: Record<string, string>) =>
    parseConfig({ ...variables, ...more }).treatAddress;

  test("are hashed, with the salt that is given", () => {
    const salted = treat({ IP_SALT: "0123456789abcdef" })("1.2.3.4", "2026-01-01");
    expect(salted).toMatch(/^ip:[\w-]{16}$/);
    const again = treat({ IP_SALT: "0123456789abcdef", IP_ADDRESSES: "hash" });
    expect(again("1.2.3.4", "2026-01-01")).toBe(salted);
    const other = treat({ IP_SALT: "0123456789abcdeg" });
    expect(other("1.2.3.4", "2026-01-01")).not.toBe(salted);
  });

  test("are hashed with a salt that nobody knows where none is given", () => {
    expect(treat({})("1.2.3.4", "2026-01-01")).not.toBe(treat({})("1.2.3.4", "2026-01-01"));
  });

  test("are kept or dropped where a variable says so", () => {
    expect(treat({ IP_ADDRESSES: "keep" })("1.2.3.4", "2026-01-01")).toBe("1.2.3.4");
    expect(treat({ IP_ADDRESSES: "drop" })("1.2.3.4", "2026-01-01")).toBeUndefined();
    expect(() => treat({ IP_ADDRESSES: "salt" })).toThrow("IP_ADDRESSES");
    expect(() => treat({ IP_SALT: "0123456789abcde" })).toThrow(
      "IP_SALT: must have 16 characters at least",
    );
  });
});
