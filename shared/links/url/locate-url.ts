import { endOfAuthority, stripControls } from "./clean-url.ts";
import { type Host, normalizeHost } from "./normalize-host.ts";

/** The parts of a parsed link, cut raw from its WHATWG serialisation. */
export type Location = {
  href: string;
  hostname: string;
  host: Host;
  /** With `:`; empty for the ports that http and https imply. */
  port: string;
  /** Begins with `/`, dot segments resolved. */
  path: string;
  /** Without `?`. */
  query: string;
  /** Without `#`. */
  fragment: string;
  /** Where the path ends in `href`. */
  pathEnd: number;
  /** Where the fragment begins, with its `#`, in `href`. */
  queryEnd: number;
};

/**
 * Steps 2 and 4: parses a cleaned link once and normalizes its host. Undefined when it does not
 * parse.
 */
export function locateUrl(text: string, fired: string[]): Location | undefined {
  const url = parse(text);
  if (url === null) return undefined;
  const { href, hostname, port } = url;
  const host = normalizeHost(hostname, fired);
  if (host === undefined) return undefined;
  // Special URLs always have a path, and userinfo has its slashes escaped.
  const pathStart = href.indexOf("/", url.protocol.length + 2);
  const hash = href.indexOf("#", pathStart);
  const queryEnd = hash === -1 ? href.length : hash;
  const question = href.indexOf("?", pathStart);
  const pathEnd = question === -1 || question > queryEnd ? queryEnd : question;
  return {
    href,
    hostname,
    host,
    port: port === "" || port === "80" || port === "443" ? "" : `:${port}`,
    path: href.slice(pathStart, pathEnd),
    query: href.slice(pathEnd + 1, queryEnd),
    fragment: href.slice(queryEnd + 1),
    pathEnd,
    queryEnd,
  };
}

/** The host of a link that is too long to be parsed whole. */
export function locateHost(text: string, fired: string[]): Host | undefined {
  const start = text.indexOf("//") + 2;
  const end = endOfAuthority(text, start);
  if (end - start > maxAuthority) return undefined;
  const url = parse(`${text.slice(0, end)}/`);
  return url === null ? undefined : normalizeHost(url.hostname, fired);
}

/** Host names have at most 253 characters; the rest is userinfo. */
const maxAuthority = 4096;

const parse = (text: string): URL | null => URL.parse(text) ?? URL.parse(stripControls(text));
