import { lookup } from "node:dns";
import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { isIP } from "node:net";
import { createGunzip } from "node:zlib";
import { lookUpAmong } from "../../shared/network/look-up-among.ts";

/** What a source has answered; the body as it is without its compression. */
export type FetchedPage = { status: number; headers: Record<string, string>; body: Buffer };

/** What an answer may be at most; `timeoutMs` is for all of it. */
type FetchOptions = { headers: Record<string, string>; mostBytes: number; timeoutMs?: number };

/** Asks a URL; follows what leads elsewhere on the same host. */
export type FetchPage = (url: string, options: FetchOptions) => Promise<FetchedPage>;

/** A source that cannot be asked, or whose answer never was whole: asking again may help. */
export class FetchError extends Error {
  override name = "FetchError";
}

/** With whom and how it is talked. */
export type Connecting = {
  /** The only scheme that is asked. */
  protocol: "https:" | "http:";
  request: (url: URL, options: RequestOptions) => ClientRequest;
  /** Whether an address may be connected to; asked of each before it is. */
  allows: (address: string) => boolean;
};

const mostHops = 3;
const usualTimeoutMs = 15_000;
const redirects = [301, 302, 303, 307, 308];

/** A client that talks to nobody but the host it is told, at addresses that are allowed. */
export function createFetcher(connecting: Connecting): FetchPage {
  return async (first, options) => {
    let url = new URL(first);
    const { host } = url;
    for (let hop = 0; hop <= mostHops; hop++) {
      if (url.protocol !== connecting.protocol || url.host !== host || url.username !== "") {
        throw new FetchError(`leads away from ${host}`);
      }
      const page = await ask(url, options, connecting);
      const { location } = page.headers;
      if (!redirects.includes(page.status) || location === undefined) return page;
      if (!URL.canParse(location, url.href)) throw new FetchError("leads to what is no URL");
      url = new URL(location, url);
    }
    throw new FetchError(`leads elsewhere more than ${mostHops} times`);
  };
}

async function ask(
  url: URL,
  { headers, mostBytes, timeoutMs = usualTimeoutMs }: FetchOptions,
  { request, allows }: Connecting,
): Promise<FetchedPage> {
  // An address is connected to without being looked up.
  const literal = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(literal) !== 0 && !allows(literal)) throw new FetchError("not a public address");
  const asking = request(url, {
    headers: { accept: "application/json", "accept-encoding": "gzip", ...headers },
    lookup: lookUpAmong(lookup, allows, refused),
    signal: AbortSignal.timeout(timeoutMs),
    agent: false,
  });
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      asking.once("response", resolve);
      asking.once("error", reject);
      asking.end();
    });
    return {
      status: response.statusCode ?? 0,
      headers: Object.fromEntries(
        Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
      ),
      body: await readBody(response, mostBytes),
    };
  } catch (cause) {
    if (cause instanceof FetchError) throw cause;
    throw new FetchError(`no whole answer from ${url.host}`, { cause });
  } finally {
    asking.destroy();
  }
}

const refused = (hostname: string, problem: string) => new FetchError(`${hostname} ${problem}`);

async function readBody(response: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const encoding = response.headers["content-encoding"] ?? "identity";
  if (encoding !== "identity" && encoding !== "gzip")
    throw new FetchError("neither gzip nor plain");
  const gunzip = encoding === "gzip" ? createGunzip() : undefined;
  // What breaks off before its end must not look like an end.
  if (gunzip !== undefined) response.once("error", (error) => gunzip.destroy(error)).pipe(gunzip);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of gunzip ?? response) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > mostBytes) throw new FetchError(`an answer of more than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
