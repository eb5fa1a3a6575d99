import { expect, test } from "vitest";
import { readStructuredLine } from "../../../../functions/normalize-logs/read-structured-line.ts";

/** An object of a value at a path of names: of `a.b`, `{ a: { b: value } }`. */
const nested = (place: string, value: unknown): object =>
  place
    .split(".")
    .toReversed()
    .reduce<object>((inner, name, at) => ({ [name]: at === 0 ? value : inner }), {});

const read = (entry: object) => {
  const found = readStructuredLine(entry);
  if ("reason" in found) throw new Error(found.message);
  return found.line;
};

test.each(["timestamp", "@timestamp", "time", "ts", "receiveTimestamp"])(
  "its time is at %s",
  (place) => {
    expect(read({ [place]: "2024-05-06T07:08:09Z" }).at).toBe(Date.parse("2024-05-06T07:08:09Z"));
  },
);

// Google's LogEntry, ECS, pino, Bunyan: each says the same in another place.
test.each([
  ["severity", "severity", "ERROR", "error"],
  ["severity", "log.level", "ERROR", "error"],
  ["severity", "level", 50, "error"],
  ["service", "service.name", "shop", "shop"],
  ["service", "resource.labels.service_name", "shop", "shop"],
  ["service", "resource.labels.module_id", "shop", "shop"],
  ["service", "resource.labels.container_name", "shop", "shop"],
  ["service", "jsonPayload.service", "shop", "shop"],
  ["service", "service", "shop", "shop"],
  ["service", "name", "shop", "shop"],
  ["service", "logName", "projects/p/logs/shop", "shop"],
  ["host", "url.domain", "a.b", "a.b"],
  ["host", "req.headers.host", "a.b", "a.b"],
  ["host", "host.name", "a.b", "a.b"],
  ["host", "host.hostname", "a.b", "a.b"],
  ["host", "hostname", "a.b", "a.b"],
  ["host", "host", "a.b", "a.b"],
  ["host", "resource.labels.instance_id", "a.b", "a.b"],
  ["status", "http.response.status_code", 404, 404],
  ["status", "httpRequest.status", 404, 404],
  ["status", "res.statusCode", 404, 404],
  ["status", "statusCode", 404, 404],
  ["status", "status", "404", 404],
  ["method", "http.request.method", "GET", "GET"],
  ["method", "httpRequest.requestMethod", "GET", "GET"],
  ["method", "req.method", "GET", "GET"],
  ["method", "method", "GET", "GET"],
  ["url", "httpRequest.requestUrl", "/a", "/a"],
  ["url", "url.path", "/a", "/a"],
  ["url", "url.original", "/a", "/a"],
  ["url", "url.full", "/a", "/a"],
  ["url", "req.url", "/a", "/a"],
  ["url", "url", "/a", "/a"],
  ["bytes", "httpRequest.responseSize", "17", 17],
  ["bytes", "http.response.body.bytes", 17, 17],
  ["bytes", "http.response.bytes", 17, 17],
  ["bytes", "res.headers.content-length", "17", 17],
  ["bytes", "res.contentLength", 17, 17],
  ["user", "user.name", "ann", "ann"],
  ["user", "user.id", 7, "7"],
  ["user", "user.email", "ann@a.b", "ann@a.b"],
  ["user", "user", "ann", "ann"],
  ["user", "req.user", "ann", "ann"],
  ["user", "jsonPayload.user", "ann", "ann"],
  ["user", "protoPayload.authenticationInfo.principalEmail", "ann@a.b", "ann@a.b"],
  ["user", "labels.user", "ann", "ann"],
  ["address", "httpRequest.remoteIp", "1.2.3.4", "1.2.3.4"],
  ["address", "client.ip", "1.2.3.4", "1.2.3.4"],
  ["address", "source.ip", "1.2.3.4", "1.2.3.4"],
  ["address", "req.remoteAddress", "1.2.3.4", "1.2.3.4"],
  ["address", "remoteAddress", "1.2.3.4", "1.2.3.4"],
])("its %s is at %s, nested or as one name", (field, place, written, told) => {
  const time = "2024-05-06T07:08:09Z";
  for (const entry of [nested(place, written), { [place]: written }]) {
    expect(read({ time, ...entry })).toHaveProperty(field, told);
  }
});

test.each([
  ["service", "s-sitename", "W3SVC1", "W3SVC1"],
  ["host", "cs-host", "a.b", "a.b"],
  ["host", "cs(host)", "a.b", "a.b"],
  ["host", "s-computername", "box", "box"],
  ["status", "sc-status", "404", 404],
  ["method", "cs-method", "GET", "GET"],
  ["url", "cs-uri-stem", "/a", "/a"],
  ["url", "cs-uri", "/a", "/a"],
  ["bytes", "sc-bytes", "17", 17],
  ["bytes", "bytes", "17", 17],
  ["user", "cs-username", "ann", "ann"],
  ["address", "c-ip", "1.2.3.4", "1.2.3.4"],
])("its %s is in the field %s of the W3C format", (field, name, written, told) => {
  expect(read({ "w3c.at": "2024-05-06T07:08:09Z", [`w3c.${name}`]: written })).toHaveProperty(
    field,
    told,
  );
});
