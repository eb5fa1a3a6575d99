import type { LogLine, ReadLine } from "./log-line.ts";
import { readInstant } from "./read-instant.ts";

type Place = { name: string; path: readonly string[] };

const places = (...names: string[]): Place[] =>
  names.map((name) => ({ name, path: name.split(".") }));

/**
 * Where loggers keep what an entry says: of several places, the first that has a value. Each is a path
 * of names; ECS also writes `http.request.method` as one name.
 */
const told = {
  time: places("timestamp", "@timestamp", "time", "ts", "w3c.at", "receiveTimestamp"),
  severity: places("severity", "log.level", "level"),
  service: places(
    "service.name",
    "resource.labels.service_name",
    "resource.labels.module_id",
    "resource.labels.container_name",
    "jsonPayload.service",
    "service",
    "name",
    "w3c.s-sitename",
    "logName",
  ),
  host: places(
    "url.domain",
    "w3c.cs-host",
    "w3c.cs(host)",
    "req.headers.host",
    "host.name",
    "host.hostname",
    "hostname",
    "host",
    "w3c.s-computername",
    "resource.labels.instance_id",
  ),
  status: places(
    "http.response.status_code",
    "httpRequest.status",
    "res.statusCode",
    "w3c.sc-status",
    "statusCode",
    "status",
  ),
  method: places(
    "http.request.method",
    "httpRequest.requestMethod",
    "req.method",
    "w3c.cs-method",
    "method",
  ),
  url: places(
    "httpRequest.requestUrl",
    "url.path",
    "url.original",
    "url.full",
    "req.url",
    "w3c.cs-uri-stem",
    "w3c.cs-uri",
    "url",
  ),
  bytes: places(
    "httpRequest.responseSize",
    "http.response.body.bytes",
    "http.response.bytes",
    "res.headers.content-length",
    "res.contentLength",
    "w3c.sc-bytes",
    "w3c.bytes",
  ),
  user: places(
    "user.name",
    "user.id",
    "user.email",
    "user",
    "req.user",
    "jsonPayload.user",
    "protoPayload.authenticationInfo.principalEmail",
    "w3c.cs-username",
    "labels.user",
  ),
  address: places(
    "httpRequest.remoteIp",
    "client.ip",
    "source.ip",
    "req.remoteAddress",
    "remoteAddress",
    "w3c.c-ip",
  ),
};

/** Reads an entry of Google's `LogEntry`, pino, Bunyan, ECS, or one of the W3C format as an object. */
export function readStructuredLine(entry: object): ReadLine {
  const written = first(entry, told.time);
  if (written === undefined) {
    return { reason: "unknown-shape", path: "", message: "no time: neither time nor timestamp" };
  }
  const at = readInstant(written);
  if (at === undefined) {
    return { reason: "impossible-time", path: "time", message: "not a time with its zone" };
  }
  const status = String(first(entry, told.status));
  const line: LogLine = {
    at,
    severity: severityOf(first(entry, told.severity)),
    service: text(first(entry, told.service))?.split("/").at(-1),
    host: text(first(entry, told.host)),
    status: /^[1-5]\d\d$/.test(status) ? Number(status) : undefined,
    method: text(first(entry, told.method)),
    url: text(first(entry, told.url)),
    bytes: count(first(entry, told.bytes)),
    durationUs: durationOf(entry),
    user: text(first(entry, told.user)),
    address: text(first(entry, told.address)),
    nativeId: nativeIdOf(entry),
  };
  return { line };
}

/** The first value of some places that is a text or a number. */
function first(entry: object, candidates: readonly Place[]): string | number | undefined {
  for (const place of candidates) {
    const value = valueAt(entry, place);
    if ((typeof value === "string" && value !== "") || typeof value === "number") return value;
  }
  return undefined;
}

function valueAt(entry: object, { name, path }: Place): unknown {
  const whole = memberOf(entry, name);
  if (whole !== undefined || path.length === 1) return whole;
  let value: unknown = entry;
  for (const step of path) value = memberOf(value, step);
  return value;
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  const member: unknown = Reflect.get(value, name);
  return member;
}

const text = (value: string | number | undefined): string | undefined =>
  value === undefined ? undefined : String(value);

/** Google writes sizes as texts. */
const count = (value: string | number | undefined): number | undefined =>
  /^\d{1,15}$/.test(String(value)) ? Number(value) : undefined;

/** Google counts in hundreds, pino and Bunyan in tens. */
const levels: readonly [from: number, name: string][] = [
  [800, "emergency"],
  [700, "alert"],
  [600, "critical"],
  [500, "error"],
  [400, "warning"],
  [300, "notice"],
  [200, "info"],
  [100, "debug"],
  [60, "fatal"],
  [50, "error"],
  [40, "warning"],
  [30, "info"],
  [20, "debug"],
  [8, "trace"],
];

/** Syslog counts the other way round, and so does GELF: https://www.rfc-editor.org/rfc/rfc5424#section-6.2.1 */
const syslogLevels = "emergency alert critical error warning notice info debug".split(" ");

function severityOf(value: string | number | undefined): string | undefined {
  if (typeof value === "number" || /^\d{1,3}$/.test(value ?? "")) {
    const level = Number(value);
    return syslogLevels[level] ?? levels.find(([from]) => level >= from)?.[1];
  }
  const name = value?.toLowerCase();
  return name === "warn" ? "warning" : name;
}

const latency = places("httpRequest.latency");

/** Each place counts in a unit of its own: its microseconds, of a whole number and of one with a point. */
const durations: readonly [place: Place[], whole: number, withPoint: number][] = [
  [places("event.duration"), 1e-3, 1e-3],
  [places("responseTime"), 1e3, 1e3],
  // Seconds by the format, as CloudFront writes them; IIS writes whole milliseconds.
  [places("w3c.time-taken"), 1e3, 1e6],
  [places("duration_ms"), 1e3, 1e3],
];

function durationOf(entry: object): number | undefined {
  const [, seconds] = /^(\d{1,9}(?:\.\d{1,9})?)s$/.exec(String(first(entry, latency))) ?? [];
  if (seconds !== undefined) return Math.round(Number(seconds) * 1e6);
  for (const [place, whole, withPoint] of durations) {
    const written = String(first(entry, place));
    const us = Math.round(Number(written) * (written.includes(".") ? withPoint : whole));
    if (us >= 0) return Number.isSafeInteger(us) ? us : undefined;
  }
  return undefined;
}

/** An `insertId` tells entries of one log and time apart: https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry */
function nativeIdOf(entry: object): string | undefined {
  const id = memberOf(entry, "insertId");
  if (typeof id !== "string" || id === "") return undefined;
  return `${String(memberOf(entry, "logName"))} ${String(memberOf(entry, "timestamp"))} ${id}`;
}
