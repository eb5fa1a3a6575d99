import type { Random } from "../support/create-random.ts";
import type { MadeUpUser } from "./make-up-users.ts";
import { toStreamJson } from "./to-stream-json.ts";

/** An entity of a text: its JSON without indices and closing brace, and its place in code points. */
type PlacedEntity = {
  list: "hashtags" | "urls" | "user_mentions" | "media";
  head: string;
  start: number;
  end: number;
};

/** A text as it is sent (HTML-escaped, links as t.co) with what is marked up in it. */
export type TweetText = {
  text: string;
  /** The text as JSON, quotes included. */
  json: string;
  /** In code points, as indices of API v1.1 count. */
  length: number;
  entities: readonly PlacedEntity[];
};

/** What a text is made of; parts are joined by spaces. */
export type TextPart =
  | { kind: "words"; text: string }
  | { kind: "hashtag"; tag: string }
  | { kind: "mention"; user: MadeUpUser }
  | { kind: "link"; expanded: string; unwound?: string }
  | { kind: "photo"; id: string; page: string };

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
// Classic clients see at most 140 code points; longer tweets arrive truncated.
export const classicLength = 140;
const selfLinkLength = "… https://t.co/0123456789".length;

export function composeText(parts: readonly TextPart[], random: Random): TweetText {
  const entities: PlacedEntity[] = [];
  let text = "";
  let json = "";
  let length = 0;
  for (const part of parts) {
    if (length > 0) {
      text += " ";
      json += " ";
      length += 1;
    }
    const { written, list, head } = writePart(part, random);
    const end = length + written.length;
    if (list !== undefined) entities.push({ list, head, start: length, end });
    text += written.text;
    json += written.json;
    length = end;
  }
  return { text, json: `"${json}"`, length, entities };
}

/** The classic form of a text over 140 code points: its beginning and a link to the tweet itself. */
export function truncateText(full: TweetText, tweetId: string, random: Random): TweetText {
  const kept = cutText(full, classicLength - selfLinkLength);
  const link = writeLink(`https://twitter.com/i/web/status/${tweetId}`, undefined, random);
  const start = kept.length + 2;
  const end = start + link.written.length;
  const text = `${kept.text}… ${link.written.text}`;
  // Real streams keep only the self link here, even where another link would have fitted.
  const entities = kept.entities.filter((entity) => entity.list !== "urls");
  entities.push({ list: link.list, head: link.head, start, end });
  return { text, json: toStreamJson(text), length: end, entities };
}

/** The text of a retweet: `RT @author: ` and the text, cut at 140 code points. */
export function retweetText(author: MadeUpUser, original: TweetText): TweetText {
  const prefix = `RT @${author.screenName}: `;
  const room = classicLength - prefix.length;
  const fits = original.length <= room;
  const kept = fits ? original : cutText(original, room - 1);
  const text = `${prefix}${kept.text}${fits ? "" : "…"}`;
  const shifted = kept.entities.map((entity) => ({
    ...entity,
    start: entity.start + prefix.length,
    end: entity.end + prefix.length,
  }));
  const mention: PlacedEntity = {
    list: "user_mentions",
    head: author.mentionHead,
    start: 3,
    end: 3 + 1 + author.screenName.length,
  };
  return {
    text,
    json: toStreamJson(text),
    length: prefix.length + kept.length + (fits ? 0 : 1),
    entities: [mention, ...shifted],
  };
}

/** Writes the `entities` object of a text. */
export function writeEntities({ entities }: TweetText): string {
  const list = (name: PlacedEntity["list"]) =>
    entities
      .filter((entity) => entity.list === name)
      .map(({ head, start, end }) => `${head},"indices":[${start},${end}]}`)
      .join(",");
  const media = list("media");
  return (
    `{"hashtags":[${list("hashtags")}],"urls":[${list("urls")}],` +
    `"user_mentions":[${list("user_mentions")}],"symbols":[]` +
    `${media === "" ? "" : `,"media":[${media}]`}}`
  );
}

/** A t.co address: 23 characters, the last ten made up. */
export function makeShortLink(random: Random): string {
  let code = "";
  for (let index = 0; index < 10; index += 1) code += alphabet[random.below(alphabet.length)];
  return `https://t.co/${code}`;
}

/** What is shown instead of a link: no scheme, no www., at most 15 characters after the host. */
export function displayLink(url: string): string {
  const bare = url.replace(/^https?:\/\/(www\.)?/, "");
  const slash = bare.indexOf("/");
  if (slash === -1 || bare.length <= slash + 15) return bare;
  return `${bare.slice(0, slash + 15)}…`;
}

/** A piece of text, its JSON without quotes, and its length in code points. */
type Written = { text: string; json: string; length: number };

type WrittenPart =
  | { written: Written; list?: undefined; head?: undefined }
  | { written: Written; list: PlacedEntity["list"]; head: string };

function writePart(part: TextPart, random: Random): WrittenPart {
  switch (part.kind) {
    case "words":
      return { written: writeFixed(part.text) };
    case "hashtag": {
      const head = `{"text":${toStreamJson(part.tag)}`;
      return { written: writeFixed(`#${part.tag}`), list: "hashtags", head };
    }
    case "mention": {
      const text = `@${part.user.screenName}`;
      const written = { text, json: text, length: text.length };
      return { written, list: "user_mentions", head: part.user.mentionHead };
    }
    case "link":
      return writeLink(part.expanded, part.unwound, random);
    case "photo":
      return writePhoto(part.id, part.page, random);
  }
}

function writeLink(expanded: string, unwound: string | undefined, random: Random) {
  const written = writeShortLink(random);
  const display = toStreamJson(displayLink(expanded));
  const unwoundJson =
    unwound === undefined
      ? ""
      : `,"unwound":{"url":${toStreamJson(unwound)},"status":200,"title":null,"description":null}`;
  const head = `{"url":"${written.json}","expanded_url":${toStreamJson(expanded)},"display_url":${display}${unwoundJson}`;
  return { written, list: "urls", head } as const;
}

function writePhoto(id: string, page: string, random: Random) {
  const written = writeShortLink(random);
  const picture = toStreamJson(`https://pbs.twimg.com/media/${id}.jpg`);
  const display = toStreamJson(written.text.replace("https://t.co", "pic.twitter.com"));
  const expanded = toStreamJson(`${page}/photo/1`);
  const head =
    `{"id":${id},"id_str":"${id}","media_url_https":${picture},"url":"${written.json}",` +
    `"display_url":${display},"expanded_url":${expanded},"type":"photo"`;
  return { written, list: "media", head } as const;
}

function writeShortLink(random: Random): Written {
  const text = makeShortLink(random);
  return { text, json: text.replaceAll("/", "\\/"), length: text.length };
}

// Phrases and hashtags come again and again; there are about a hundred of them.
const fixedTexts = new Map<string, Written>();

function writeFixed(text: string): Written {
  const known = fixedTexts.get(text);
  if (known !== undefined) return known;
  const json = toStreamJson(text).slice(1, -1);
  const written = { text, json, length: countCodePoints(text) };
  fixedTexts.set(text, written);
  return written;
}

/** The first code points of a text, with the entities that are whole in them. */
function cutText(full: TweetText, length: number): Pick<TweetText, "text" | "length" | "entities"> {
  const codePoints = Array.from(full.text);
  return {
    text: codePoints.slice(0, length).join(""),
    length: Math.min(length, codePoints.length),
    entities: full.entities.filter((entity) => entity.end <= length),
  };
}

function countCodePoints(text: string): number {
  return Array.from(text).length;
}
