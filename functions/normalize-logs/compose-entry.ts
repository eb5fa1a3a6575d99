import { hash } from "node:crypto";
import type { ReadRecord } from "../../shared/codec/read-records.ts";
import { eventIdOfOwn } from "../../shared/events/event-id.ts";
import { formatTime, isPossibleTime } from "../../shared/events/event-time.ts";
import { type LogEntry, logEntries } from "../../shared/streams/log-entries.ts";
import type { TreatAddress } from "./hash-address.ts";
import type { LogLine } from "./log-line.ts";

/** What a line is told by, where it has no identity of its own. */
type LineIdentity = { bytes: Uint8Array; index: number };

/** What is known of the lines of a message beside their text. */
export type LineContext = {
  /** Of the whole message or file, for lines that do not say it. */
  service: string | undefined;
  host: string | undefined;
  treatAddress: TreatAddress;
  /** ms since 1970, UTC. */
  now: number;
};

const epoch = Date.parse(logEntries.epoch);
const unknown = "-";

/** The entry of a line, or why it cannot be counted. */
export function composeEntry(
  line: LogLine,
  identity: LineIdentity,
  context: LineContext,
): ReadRecord<LogEntry> {
  if (!isPossibleTime(line.at, context.now, epoch)) {
    const message = "before 1995, or more than an hour in the future";
    return { reason: "impossible-time", issues: [{ path: "time", message }] };
  }
  const time = formatTime(line.at);
  const { host, path } = splitUrl(line.url);
  const { method, durationUs } = line;
  const user = line.user ?? addressOf(line, time, context);
  return {
    read: {
      id: identityOf(line, identity),
      event_time: time,
      service: cut(line.service ?? context.service, 256) ?? unknown,
      host: cut((line.host ?? host ?? context.host)?.toLowerCase(), 256) ?? unknown,
      status: cut(line.status === undefined ? line.severity : String(line.status), 32) ?? unknown,
      outcome: outcomeOf(line),
      bytes: line.bytes ?? 0,
      ...(method !== undefined && { method: method.slice(0, 32) }),
      ...(path !== undefined && { path: path.slice(0, 1_024) }),
      ...(user !== undefined && { user: user.slice(0, 256) }),
      ...(durationUs !== undefined && { duration_us: durationUs }),
    },
  };
}

/** Without what is too long for a key; undefined for what says nothing. */
const cut = (text: string | undefined, length: number): string | undefined =>
  text === undefined || text === "" ? undefined : text.slice(0, length);

function addressOf({ address }: LogLine, time: string, { treatAddress }: LineContext) {
  if (address === undefined) return undefined;
  return treatAddress(withoutPort(address), time.slice(0, "2026-01-02".length));
}

/** One address is written in several ways: with the port of the connection, or IPv4 within IPv6. */
const withoutPort = (address: string): string =>
  address
    .replace(/^\[([^\]]*)\](?::\d{1,5})?$/, "$1")
    .replace(/^(?:::ffff:)?(\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,5})?$/i, "$1");

/** Equal lines of a file are different entries, and the same file in another place is the same lines. */
function identityOf({ nativeId }: LogLine, { bytes, index }: LineIdentity) {
  const id = nativeId === undefined ? `${digest(bytes)}/${index}` : digest(Buffer.from(nativeId));
  return eventIdOfOwn("log", id);
}

/** 128 bits of a text. */
const digest = (bytes: Uint8Array): string => hash("sha256", bytes, "base64url").slice(0, 22);

/** Host and path of an address; its query holds what is of no matter here, or of nobody's business. */
function splitUrl(url = ""): { host: string | undefined; path: string | undefined } {
  const [origin = "", host] = /^[a-z]{1,16}:\/\/(?:[^/?#@]*@)?([^/?#]*)/i.exec(url) ?? [];
  const [path] = url.slice(origin.length).split(/[?#]/, 1);
  return { host: host || undefined, path: path || undefined };
}

const failures = new Set<string | undefined>([
  "error",
  "err",
  "critical",
  "crit",
  "alert",
  "emergency",
  "emerg",
  "severe",
  "fatal",
  "panic",
]);

function outcomeOf({ status, severity }: LogLine): LogEntry["outcome"] {
  if (status === undefined) return failures.has(severity) ? "server-error" : "ok";
  if (status >= 500) return "server-error";
  return status >= 400 ? "client-error" : "ok";
}
