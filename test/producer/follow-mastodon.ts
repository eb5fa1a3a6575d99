import * as z from "zod";
import { UserError } from "../../terraform/operate/cli/user-error.ts";
import { followSocket } from "./follow-socket.ts";
import type { LiveEvent, LiveSource } from "./live-source.ts";

export const tokenVariable = "MASTODON_TOKEN";
const fetchTimeoutMs = 30_000;
/** Statuses in a page of the API, and most pages that are asked for after a connection was lost. */
const pageSize = 40;
const maxPages = 50;
/** Ids of Mastodon have the time of creation, in ms since 1970, before these bits. */
const bitsAfterTime = 16n;

/**
 * Public statuses of a Mastodon server from its streaming API, and what its timeline has of the time
 * between two connections: deletes of that time are lost, as no API tells them.
 * @throws {UserError} without a token in MASTODON_TOKEN, or for what is no host.
 */
export function followMastodon(
  host: string,
  options: { token: string | undefined; firstRetryMs?: number },
): LiveSource {
  const url = URL.parse(/^https?:\/\//.test(host) ? host : `https://${host}`);
  if (url === null || url.pathname !== "/") {
    throw new UserError(
      `--mastodon ${host}: must be the host of a server, such as mastodon.social`,
    );
  }
  const { token } = options;
  if (!token) {
    throw new UserError(
      `--mastodon needs a token: make an application in the settings of ${url.host} (read:statuses), and set ${tokenVariable} to its access token`,
    );
  }
  return {
    topic: "mastodon-statuses",
    attributes: { server: url.host },
    name: `mastodon ${url.host}`,
    events: (cursor, context) => follow(url, token, cursor, { ...context, ...options }),
  };
}

type Context = { signal: AbortSignal; note: (line: string) => void; firstRetryMs?: number };

async function* follow(
  url: URL,
  token: string,
  cursor: () => number | undefined,
  { signal, note, firstRetryMs }: Context,
): AsyncGenerator<LiveEvent> {
  const headers = { authorization: `Bearer ${token}` };
  const missed: LiveEvent[] = [];
  const target = async () => {
    const streaming = await findStreaming(url);
    const since = cursor();
    if (since !== undefined) {
      missed.push(...(await fetchMissed(url, headers, since, signal)));
    }
    return { url: `${streaming}/api/v1/streaming?stream=public`, headers };
  };
  const retry = firstRetryMs === undefined ? {} : { firstRetryMs };
  for await (const { data } of followSocket({ target, signal, note, ...retry })) {
    yield* missed.splice(0);
    const told = readEvent(data);
    // Servers write an empty line now and then, so that nobody takes them for gone.
    if (data.length > 0) yield { bytes: data, ...told };
  }
}

const instance = z.object({
  configuration: z.object({ urls: z.object({ streaming: z.url() }) }),
});

/** Large servers stream from a host of its own. https://docs.joinmastodon.org/entities/Instance/ */
async function findStreaming(url: URL): Promise<string> {
  const own = `${url.protocol === "https:" ? "wss:" : "ws:"}//${url.host}`;
  try {
    const signal = AbortSignal.timeout(fetchTimeoutMs);
    const response = await fetch(new URL("/api/v2/instance", url), { signal });
    const told = instance.safeParse(await response.json()).data;
    return told?.configuration.urls.streaming.replace(/\/$/, "") ?? own;
  } catch {
    return own;
  }
}

const page = z.array(z.looseObject({ id: z.string().regex(/^\d+$/) }));

/** Statuses since a time in ms, oldest first, a page after the other. */
async function fetchMissed(
  url: URL,
  headers: Record<string, string>,
  since: number,
  signal: AbortSignal,
): Promise<LiveEvent[]> {
  const events: LiveEvent[] = [];
  let last = BigInt(Math.floor(since)) << bitsAfterTime;
  for (let pages = 0; pages < maxPages; pages++) {
    const address = new URL("/api/v1/timelines/public", url);
    address.searchParams.set("limit", String(pageSize));
    address.searchParams.set("min_id", String(last));
    const timeout = AbortSignal.any([signal, AbortSignal.timeout(fetchTimeoutMs)]);
    const response = await fetch(address, { headers, signal: timeout });
    if (!response.ok) throw new Error(`${address.pathname} answers ${response.status}`);
    const statuses = page.parse(await response.json());
    for (const status of statuses) {
      const event = JSON.stringify({ event: "update", payload: JSON.stringify(status) });
      const at = Number(BigInt(status.id) >> bitsAfterTime);
      events.push({ bytes: Buffer.from(event), cursor: at, at });
      if (BigInt(status.id) > last) last = BigInt(status.id);
    }
    if (statuses.length === 0) break;
  }
  return events;
}

const update = z.object({ event: z.literal("update"), payload: z.string() });
const statusId = /"id":\s*"(\d{1,20})"/;

/** Only new statuses tell where to go on: an edit may be of any age. */
function readEvent(data: Buffer): Pick<LiveEvent, "cursor" | "at"> {
  try {
    const { payload } = update.parse(JSON.parse(data.toString()));
    const id = statusId.exec(payload)?.[1];
    const at = id === undefined ? undefined : Number(BigInt(id) >> bitsAfterTime);
    return { cursor: at, at };
  } catch {
    return { cursor: undefined, at: undefined };
  }
}
