import type { LogLine, ReadLine } from "./log-line.ts";
import { readInstant } from "./read-instant.ts";

/**
 * Where loggers keep what an entry says: of several places, the first that has a value. Each is a path
 * of names; ECS also writes `http.request.method` as one name.
 */
const places = {
  time: ["timestamp", "@timestamp", "time", "ts", "w3c.at", "receiveTimestamp"],
  severity: ["severity", "log.level", "level"],
  service: [
    "service.name",
    "resource.labels.service_name",
    "resource.labels.module_id",
    "resource.labels.container_name",
    "jsonPayload.service",
    "service",
    "name",
    "w3c.s-sitename",
    "logName",
  ],
  host: [
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
  ],
  status: [
    "http.response.status_code",
    "httpRequest.status",
    "res.statusCode",
    "w3c.sc-status",
    "statusCode",
    "status",
  ],
  method: [
    "http.request.method",
    "httpRequest.requestMethod",
    "req.method",
    "w3c.cs-method",
    "method",
  ],
  url: [
    "httpRequest.requestUrl",
    "url.path",
    "url.original",
    "url.full",
    "req.url",
    "w3c.cs-uri-stem",
    "w3c.cs-uri",
    "url",
  ],
  bytes: [
    "httpRequest.responseSize",
    "http.response.body.bytes",
    "http.response.bytes",
    "res.headers.content-length",
    "res.contentLength",
    "w3c.sc-bytes",
    "w3c.bytes",
  ],
  user: [
    "user.name",
    "user.id",
    "user.email",
    "user",
    "req.user",
    "jsonPayload.user",
    "protoPayload.authenticationInfo.principalEmail",
    "w3c.cs-username",
    "labels.user",
  ],
  address: [
    "httpRequest.remoteIp",
    "client.ip",
    "source.ip",
    "req.remoteAddress",
    "remoteAddress",
    "w3c.c-ip",
  ],
} as const;

const paths = new Map<string, readonly string[]>(
  Object.values(places)
    .flat()
    .map((place) => [place, place.split(".")]),
);

/** Reads an entry of Google's `LogEntry`, pino, Bunyan, ECS, or one of the W3C format as an object. */
export function readStructuredLine(entry: object): ReadLine {
  const written = first(entry, places.time);
  if (written === undefined) {
    return { reason: "unknown-shape", path: "", message: "no time: neither time nor timestamp" };
  }
  const at = readInstant(written);
  if (at === undefined) {
    return { reason: "impossible-time", path: "time", message: "not a time with its zone" };
  }
  const status = count(first(entry, places.status));
  const line: LogLine = {
    at,
    severity: severityOf(first(entry, places.severity)),
    service: text(first(entry, places.service))?.split("/").at(-1),
    host: text(first(entry, places.host)),
    status: status !== undefined && status >= 100 && status <= 599 ? status : undefined,
    method: text(first(entry, places.method)),
    url: text(first(entry, places.url)),
    bytes: count(first(entry, places.bytes)),
    durationUs: durationOf(entry),
    user: text(first(entry, places.user)),
    address: text(first(entry, places.address)),
    nativeId: nativeIdOf(entry),
  };
  return { line };
}

/** The first value of some places that is a text or a number. */
function first(entry: object, candidates: readonly string[]): string | number | undefined {
  for (const place of candidates) {
    const value = valueAt(entry, place);
    if ((typeof value === "string" && value !== "") || typeof value === "number") return value;
  }
  return undefined;
}

function valueAt(entry: object, place: string): unknown {
  const whole = memberOf(entry, place);
  if (whole !== undefined) return whole;
  const path = paths.get(place) ?? place.split(".");
  if (path.length === 1) return undefined;
  let value: unknown = entry;
  for (const name of path) value = memberOf(value, name);
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
function count(value: string | number | undefined): number | undefined {
  const number = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0
    ? number
    : undefined;
}

/** pino and Bunyan count in tens. */
const levels: readonly [from: number, name: string][] = [
  [60, "fatal"],
  [50, "error"],
  [40, "warning"],
  [30, "info"],
  [20, "debug"],
  [0, "trace"],
];

function severityOf(value: string | number | undefined): string | undefined {
  if (typeof value === "number") return levels.find(([from]) => value >= from)?.[1];
  const name = value?.toLowerCase();
  return name === "warn" ? "warning" : name;
}

/** Each place counts in a unit of its own: its microseconds. */
const durations: readonly [place: string, unit: number][] = [
  ["event.duration", 1e-3],
  ["responseTime", 1e3],
  ["w3c.time-taken", 1e3],
  ["duration_ms", 1e3],
];

function durationOf(entry: object): number | undefined {
  const latency = valueAt(entry, "httpRequest.latency");
  if (typeof latency === "string" && /^\d{1,9}(?:\.\d{1,9})?s$/.test(latency)) {
    return Math.round(Number(latency.slice(0, -1)) * 1e6);
  }
  for (const [place, unit] of durations) {
    const value = valueAt(entry, place);
    const number = typeof value === "string" ? Number(value) : value;
    if (typeof number !== "number" || !(number >= 0)) continue;
    const us = Math.round(number * unit);
    return Number.isSafeInteger(us) ? us : undefined;
  }
  return undefined;
}

/** An `insertId` tells entries of one log and time apart: https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry */
function nativeIdOf(entry: object): string | undefined {
  const id = memberOf(entry, "insertId");
  if (typeof id !== "string" || id === "") return undefined;
  return `${String(memberOf(entry, "logName"))} ${String(memberOf(entry, "timestamp"))} ${id}`;
}
