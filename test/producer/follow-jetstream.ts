import { zstdDecompressSync } from "node:zlib";
import * as z from "zod";
import { UserError } from "../../terraform/operate/cli/user-error.ts";
import { type Frame, followSocket, RefusedError } from "./follow-socket.ts";
import type { LiveEvent, LiveSource } from "./live-source.ts";

/** One of the servers that Bluesky runs for everyone. */
export const publicJetstream = "wss://jetstream2.us-east.bsky.network";

const legacyPath = "/subscribe";
const method = "/xrpc/network.bsky.jetstream.subscribeEvents";
const dictionaryMethod = "/xrpc/network.bsky.jetstream.getZstdDictionary";
const collections = ["app.bsky.feed.post", "app.bsky.feed.repost"];
/** Servers give events of one moment in any order, and repeats are counted once. */
const rewindUs = 5_000_000;
/** A greater cursor is a time in microseconds, a smaller one a number of an event. */
const leastTime = 1e15;
const maxDictionaryBytes = 10_000_000;
const fetchTimeoutMs = 30_000;

/**
 * Posts and reposts of Bluesky from a Jetstream server, with what became of accounts. A URL without a
 * path is asked for `network.bsky.jetstream.subscribeEvents` first, and where the server has none for
 * `/subscribe`; with the former frames come compressed, when the server has a dictionary.
 * @throws {UserError} for what is no address of a server.
 */
export function followJetstream(
  address: string,
  { firstRetryMs }: { firstRetryMs?: number } = {},
): LiveSource {
  const url = readAddress(address);
  return {
    topic: "bluesky-events",
    attributes: {},
    name: `jetstream ${url.host}`,
    events: (cursor, context) => follow(url, cursor, { ...context, firstRetryMs }),
  };
}

type Context = {
  signal: AbortSignal;
  note: (line: string) => void;
  firstRetryMs: number | undefined;
};

async function* follow(
  url: URL,
  cursor: () => number | undefined,
  { signal, note, firstRetryMs }: Context,
): AsyncGenerator<LiveEvent> {
  const retry = firstRetryMs === undefined ? {} : { firstRetryMs };
  if (url.pathname !== legacyPath) {
    let dictionary: Dictionary | undefined;
    try {
      const target = async () => {
        dictionary = await fetchDictionary(url).catch(() => undefined);
        const query = { collections, kinds: ["commit", "account"] };
        const zstd = dictionary === undefined ? {} : { zstdDictionary: [String(dictionary.id)] };
        const rest = { ...query, ...zstd, ...cursorQuery(cursor(), "any") };
        return { url: withQuery(url, method, rest), protocols: ["xrpc.v1.json"] };
      };
      for await (const frame of followSocket({ target, signal, note, ...retry })) {
        yield readFrame(frame, dictionary);
      }
      return;
    } catch (error) {
      // A server of the older kind has no such path.
      const isUnknown = error instanceof RefusedError && unknownPath.has(error.status);
      if (!isUnknown || url.pathname === method) throw error;
    }
  }
  const target = () => ({
    url: withQuery(url, legacyPath, {
      wantedCollections: collections,
      ...cursorQuery(cursor(), "time"),
    }),
  });
  for await (const frame of followSocket({ target, signal, note, ...retry })) {
    yield readFrame(frame, undefined);
  }
}

const unknownPath = new Set([301, 302, 308, 400, 404, 405]);

/** The older kind of server knows times only; a number that it gave itself is none. */
function cursorQuery(cursor: number | undefined, takes: "any" | "time") {
  if (cursor === undefined) return {};
  if (cursor >= leastTime) return { cursor: [String(cursor - rewindUs)] };
  return takes === "any" ? { cursor: [String(cursor)] } : {};
}

function withQuery(url: URL, path: string, query: Record<string, readonly string[]>): string {
  const full = new URL(path, url);
  for (const [name, values] of Object.entries(query)) {
    for (const value of values) full.searchParams.append(name, value);
  }
  return full.href;
}

type Dictionary = { id: number; bytes: Buffer };

/** https://www.rfc-editor.org/rfc/rfc8878#section-5 */
const dictionaryMagic = 0xec30a437;

async function fetchDictionary(url: URL): Promise<Dictionary | undefined> {
  const address = new URL(dictionaryMethod, url);
  address.protocol = url.protocol === "wss:" ? "https:" : "http:";
  const response = await fetch(address, { signal: AbortSignal.timeout(fetchTimeoutMs) });
  const length = Number(response.headers.get("content-length") ?? 0);
  if (!response.ok || length > maxDictionaryBytes) {
    await response.body?.cancel();
    return undefined;
  }
  const bytes = Buffer.from(await response.arrayBuffer());
  if (bytes.length < 8 || bytes.readUInt32LE(0) !== dictionaryMagic) return undefined;
  return { id: bytes.readUInt32LE(4), bytes };
}

const maxEventBytes = 9_500_000;

const event = z.object({
  time_us: z.number().optional(),
  seq: z.number().optional(),
  time: z.string().optional(),
});
const frameOfEvent = z.object({ payload: event }).transform(({ payload }) => payload);
const anyEvent = z.union([frameOfEvent, event]);

/** What is no event goes on as it came: what cannot be read is seen further on. */
function readFrame({ data, isBinary }: Frame, dictionary: Dictionary | undefined): LiveEvent {
  const bytes = isBinary && dictionary !== undefined ? inflate(data, dictionary.bytes) : data;
  const told = anyEvent.safeParse(parseJson(bytes)).data;
  const at = told?.time_us === undefined ? Date.parse(told?.time ?? "") : told.time_us / 1_000;
  return {
    bytes,
    cursor: told?.seq ?? told?.time_us,
    at: Number.isNaN(at) ? undefined : at,
  };
}

function inflate(data: Buffer, dictionary: Buffer): Buffer {
  try {
    return zstdDecompressSync(data, { dictionary, maxOutputLength: maxEventBytes });
  } catch {
    return data;
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString());
  } catch {
    return undefined;
  }
}

function readAddress(address: string): URL {
  const url = URL.parse(/^[a-z]+:\/\//i.test(address) ? address : `wss://${address}`);
  const isSocket = url?.protocol === "wss:" || url?.protocol === "ws:";
  const isKnown = url !== null && ["/", legacyPath, method].includes(url.pathname);
  if (url === null || !isSocket || !isKnown) {
    throw new UserError(
      `--bluesky ${address}: must be the address of a Jetstream server, such as ${publicJetstream}`,
    );
  }
  return url;
}
