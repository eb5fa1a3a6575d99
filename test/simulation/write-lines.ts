import { knowledge, type Reading, type ToldLink } from "./invent-readings.ts";

/** A post as its source delivers it. Texts need no escapes. */
export type Told = {
  native: string;
  /** Id of its version: another one than `native` after an edit. */
  version: string;
  /** Event time, RFC 3339 UTC with milliseconds. */
  iso: string;
  /** Native id. */
  author: string | undefined;
  kind: "post" | "repost" | "quote" | "reply";
  links: readonly ToldLink[];
  /** Its links are in its text alone. */
  isBareText?: boolean;
};

const someOtherId = "1146305069000000001";

/** A tweet of API v1.1: times in whole seconds, at `zoneMinutes` east of UTC. */
export function writeTweetV1(told: Told, zoneMinutes: number): string {
  const links = told.links.map(({ raw, leadsTo, title }) => {
    const name = title === undefined ? "" : `,"title":"${title}"`;
    const unwound = leadsTo === undefined ? "" : `,"unwound":{"url":"${leadsTo}"${name}}`;
    return `{"expanded_url":"${raw}"${unwound}}`;
  });
  const content = told.isBareText
    ? `"text":"${textOf(told)}"`
    : `"entities":{"urls":[${links.join(",")}]}`;
  const user = told.author === undefined ? "" : `"user":{"id_str":"${told.author}"},`;
  const history =
    told.version === told.native ? "" : `"edit_history":{"initial_tweet_id":"${told.native}"},`;
  return (
    `{"created_at":"${classicTime(told.iso, zoneMinutes)}",${history}` +
    `"id":${told.version},"id_str":"${told.version}",${user}${kindsV1[told.kind](content)}}`
  );
}

const textOf = ({ links }: Told): string => `see ${links.map(({ raw }) => raw).join(" and ")}`;

const kindsV1 = {
  post: (content: string) => content,
  repost: (content: string) => `"entities":{"urls":[]},"retweeted_status":{${content}}`,
  quote: (content: string) => `"quoted_status_id_str":"${someOtherId}",${content}`,
  reply: (content: string) => `"in_reply_to_status_id_str":"${someOtherId}",${content}`,
};

/** `Wed Jul 03 06:29:00 +0000 2019`. */
function classicTime(iso: string, zoneMinutes: number): string {
  const text = classicTimeOf(iso.slice(0, "2019-07-03T06:29".length), zoneMinutes);
  return text.replace("ss", iso.slice("2019-07-03T06:29:".length, "2019-07-03T06:29:00".length));
}

/** Minutes are told again and again, and dates are dear. */
const classicTimes = new Map<string, string>();
const keptTimes = 50_000;

/** Of a minute, with `ss` where the seconds stand. */
function classicTimeOf(minute: string, zoneMinutes: number): string {
  const name = `${minute} ${zoneMinutes}`;
  const known = classicTimes.get(name);
  if (known !== undefined) return known;
  const utc = new Date(Date.parse(`${minute}:00Z`) + zoneMinutes * 60_000).toUTCString();
  const zone = `+${String(Math.floor(zoneMinutes / 60)).padStart(2, "0")}${String(zoneMinutes % 60).padStart(2, "0")}`;
  const text = `${utc.slice(0, 3)} ${utc.slice(8, 11)} ${utc.slice(5, 7)} ${utc.slice(17, 23)}ss ${zone} ${utc.slice(12, 16)}`;
  if (classicTimes.size === keptTimes) classicTimes.clear();
  classicTimes.set(name, text);
  return text;
}

const kindsV2 = {
  post: "",
  repost: `"referenced_tweets":[{"type":"retweeted","id":"${someOtherId}"}],`,
  quote: `"referenced_tweets":[{"type":"quoted","id":"${someOtherId}"}],`,
  reply: `"referenced_tweets":[{"type":"replied_to","id":"${someOtherId}"}],`,
};

/** A post of API v2, alone in its envelope, with the one that it reposts. */
export function writeTweetV2(told: Told): string {
  const links = told.links.map(({ raw, leadsTo, title }) => {
    const name = title === undefined ? "" : `,"title":"${title}"`;
    return `{"expanded_url":"${raw}"${leadsTo === undefined ? "" : `,"unwound_url":"${leadsTo}"`}${name}}`;
  });
  const content = told.isBareText
    ? `"text":"${textOf(told)}"`
    : `"text":"t","entities":{"urls":[${links.join(",")}]}`;
  const isRepost = told.kind === "repost";
  const author = told.author === undefined ? "" : `"author_id":"${told.author}",`;
  const history =
    told.version === told.native
      ? ""
      : `"edit_history_tweet_ids":["${told.native}","${told.version}"],`;
  const includes = isRepost ? `,"includes":{"tweets":[{"id":"${someOtherId}",${content}}]}` : "";
  return (
    `{"data":{"id":"${told.version}","created_at":"${told.iso}",${history}` +
    `${author}${kindsV2[told.kind]}${isRepost ? '"text":"RT"' : content}}${includes}}`
  );
}

/** The delete notice of a tweet, as a v1.1 stream has it. */
export const writeDelete = (native: string, atMs: number): string =>
  `{"delete":{"status":{"id":${native},"id_str":"${native}","user_id_str":"9"},"timestamp_ms":"${atMs}"}}`;

/** A reading of a post as the normalizer of another network tells it. */
export function writeShare(source: string, told: Told, reading: Reading): string {
  const author = told.author === undefined ? "" : `"author":"${source}:${told.author}",`;
  const links = reading.links.map(({ raw, leadsTo, title }) => {
    const name = title === undefined ? "" : `,"title":"${title}"`;
    return `{"url":"${leadsTo ?? raw}"${name}}`;
  });
  const known = knowledge.indexOf(reading.knows);
  return (
    `{"id":"${source}:${told.native}","event_time":"${told.iso}",${author}"kind":"${told.kind}",` +
    `"source":"${source}","revision":"0000000${reading.edit}.01.30${known}.000000",` +
    `"links":[${[...new Set(links)].join(",")}]}`
  );
}

/** A mention that someone has made who knows pages already. */
export function writeMention(
  source: string,
  told: Told,
  page: { key: string; url: string; host: string },
): string {
  const author = told.author === undefined ? "" : `"author":"${source}:${told.author}",`;
  return (
    `{"id":"${source}:${told.native}","event_time":"${told.iso}","url_key":"${page.key}",` +
    `"url":"${page.url}","host":"${page.host}",${author}"kind":"${told.kind}","source":"${source}","revision":"02.00000000.01.300.000000"}`
  );
}
