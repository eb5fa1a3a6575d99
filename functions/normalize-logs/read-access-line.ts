import { isIP } from "node:net";
import type { LogLine, ReadLine } from "./log-line.ts";
import { readAccessTime } from "./read-instant.ts";

/**
 * Reads a line of Apache's common or combined format, also with the virtual host in front, and with
 * the time it took behind: whole microseconds, as `%D` writes them, or seconds with a point, as nginx
 * does. Undefined for a line that is none.
 */
export function readAccessLine(line: string): ReadLine | undefined {
  const bracket = line.indexOf(" [");
  const closing = line.indexOf("] ", bracket);
  if (bracket === -1 || closing === -1 || closing - bracket > 64) return undefined;
  const whose = readWho(line.slice(0, bracket));
  if (whose === undefined) return undefined;
  const request = readQuoted(line, closing + 2);
  if (request === undefined) return undefined;
  const [answer, status, bytes] = answered.exec(line.slice(request.end, request.end + 32)) ?? [];
  if (answer === undefined) return undefined;
  const rest = readRest(line, request.end + answer.length);
  if (rest === undefined) {
    return {
      reason: "unknown-shape",
      path: "",
      message: "a quote is not closed: the line was cut",
    };
  }
  const at = readAccessTime(line.slice(bracket + 2, closing));
  if (at === undefined) {
    return { reason: "impossible-time", path: "time", message: "not a time of the calendar" };
  }
  const { method, url } = readRequest(request.text);
  return {
    line: {
      at,
      ...whose,
      method,
      url,
      status: Number(status),
      bytes: bytes === "-" ? 0 : Number(bytes),
      durationUs: readDuration(rest),
    },
  };
}

/** Status and bytes. */
const answered = /^ ([1-5]\d\d) (\d{1,15}|-)(?= |$)/;

/** `host:port` in front of who asked, where there are virtual hosts. */
const virtualHost = /^([^: ]+):\d{1,5}$/;

/**
 * Who asked whom: `address ident user`, where a user may be of several words. In front there may be the
 * virtual host, with or without its port, or what a shipper of logs has written there.
 */
function readWho(text: string): Pick<LogLine, "host" | "address" | "user"> | undefined {
  if (text.length > 1_024) return undefined;
  const words = text.split(" ");
  const { first, last } = findAddress(words);
  const address = words[first];
  const userAt = last + 2;
  if (address === undefined || userAt >= words.length) return undefined;
  const user = words.slice(userAt).join(" ");
  const before = words[first - 1];
  const virtual = before === undefined ? null : virtualHost.exec(before);
  return {
    host: virtual?.[1] ?? (first === 1 ? before : undefined),
    address: withoutComma(address),
    user: user === "-" || user === '""' ? undefined : user,
  };
}

/** Where the address stands: many of them, where proxies have passed the request on, the first its own. */
function findAddress(words: readonly string[]): { first: number; last: number } {
  if (words.length === 3) return { first: 0, last: 0 };
  const behind = words.slice(0, -2);
  let last = behind.findLastIndex((word) => isIP(word) !== 0);
  // Names instead of addresses: only a port tells the host that was asked.
  if (last === -1) last = words.length > 3 && virtualHost.test(String(words[0])) ? 1 : 0;
  let first = last;
  while (words[first - 1]?.endsWith(",")) first -= 1;
  return { first, last };
}

const withoutComma = (address: string): string =>
  address.endsWith(",") ? address.slice(0, -1) : address;

/** What stands in the quotes that open at `start`, and where they end. */
function readQuoted(line: string, start: number): { text: string; end: number } | undefined {
  if (line.charAt(start) !== '"') return undefined;
  let end = line.indexOf('"', start + 1);
  while (isEscaped(line, end)) end = line.indexOf('"', end + 1);
  return end === -1 ? undefined : { text: line.slice(start + 1, end), end: end + 1 };
}

function isEscaped(line: string, at: number): boolean {
  let isOdd = false;
  for (let from = at - 1; line.charAt(from) === "\\"; from--) isOdd = !isOdd;
  return isOdd;
}

function readRequest(request: string): Pick<LogLine, "method" | "url"> {
  const first = request.indexOf(" ");
  const last = request.lastIndexOf(" ");
  const method = request.slice(0, first);
  // What is no request of HTTP was still answered.
  if (first === -1 || !/^[A-Za-z_-]{1,32}$/.test(method)) return {};
  return { method, url: request.slice(first + 1, last > first ? last : undefined) };
}

/** Referrer, agent and whatever else follows, with its quotes, or undefined where one is not closed. */
function readRest(line: string, start: number): string[] | undefined {
  const rest: string[] = [];
  let at = start;
  while (at < line.length && rest.length < mostFields) {
    at += 1;
    if (line.charAt(at) === '"') {
      const quoted = readQuoted(line, at);
      if (quoted === undefined) return undefined;
      rest.push(line.slice(at, quoted.end));
      at = quoted.end;
      continue;
    }
    const space = line.indexOf(" ", at);
    const end = space === -1 ? line.length : space;
    rest.push(line.slice(at, end));
    at = end;
  }
  return rest;
}

const mostFields = 64;

/** The last of what follows the agent, where it is a number, and the only one: of several, none says what it is. */
function readDuration(rest: readonly string[]): number | undefined {
  const numbers = rest.slice(2).filter((text) => /^\d{1,12}(?:\.\d{1,6})?$/.test(text));
  const [only] = numbers;
  if (only === undefined || numbers.length > 1 || only !== rest.at(-1)) return undefined;
  return only.includes(".") ? Math.round(Number(only) * 1e6) : Number(only);
}
