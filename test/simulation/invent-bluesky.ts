import type { Random } from "../support/create-random.ts";
import type { CountedEvent } from "./invent-events.ts";
import { isBetter, type Reading, sharedPages, shareLinks } from "./invent-readings.ts";
import type { InventedRecord } from "./invent-records.ts";

type Kind = "post" | "quote" | "reply";

/** A post of Bluesky, with its links by how often it had been edited. */
type Post = {
  did: string;
  key: string;
  atMs: number;
  kind: Kind;
  versions: Version[];
  counted: CountedEvent;
};
type Version = { links: ReturnType<typeof shareLinks>; title: string | undefined };

const accounts = Array.from({ length: 40 }, (_, n) => `did:plc:account${n}`);
const someOther = "at://did:plc:someone/app.bsky.feed.post/3mptbyoeyc22k";

/** Events of Jetstream, and what must become of them: posts, updates and deletes in any order. */
export function createBluesky(
  random: Random,
  world: {
    /** Whether a post may be edited, and deleted after it was told, or before. */
    rereads: boolean;
    repeats: number;
    counted: CountedEvent[];
    /** Ids of posts, and of authors with an end that names all of their posts. */
    deleted: Set<string>;
  },
): (nowMs: number, eventMs: number) => InventedRecord {
  const told: Post[] = [];
  /** Deleted, and not told yet. */
  const untold: Post[] = [];
  let keys = 0;

  const invent = (eventMs: number): Post => {
    const did = random.pick(accounts);
    const key = timeKey(eventMs, keys++);
    const kind = random.pick(["post", "post", "quote", "reply"] as const);
    const counted: CountedEvent = {
      id: `bluesky:${did}/${key}`,
      iso: new Date(eventMs).toISOString(),
      author: `bluesky:${did}`,
      kind,
      best: undefined,
    };
    world.counted.push(counted);
    return { did, key, atMs: eventMs, kind, versions: [inventVersion(random)], counted };
  };

  const tell = (post: Post, nowMs: number): InventedRecord => {
    if (world.rereads && random.chance(0.3)) post.versions.push(inventVersion(random));
    const edit = random.below(post.versions.length);
    const version = post.versions[edit] ?? inventVersion(random);
    const reading = read(edit, version);
    const { counted } = post;
    if (counted.best === undefined || isBetter(reading, counted.best)) counted.best = reading;
    const commit = {
      // Each later version is written an hour later.
      rev: timeKey(post.atMs + edit * 3_600_000, 0),
      operation: edit === 0 ? "create" : "update",
      collection: "app.bsky.feed.post",
      rkey: post.key,
      record: writePost(post, version),
    };
    const place = ".commit.record";
    return {
      line: writeEvent(post.did, nowMs, { kind: "commit", commit }),
      receipts: [{ place, outcome: `post ${counted.id}` }],
    };
  };

  const remove = (post: Post, nowMs: number): InventedRecord => {
    world.deleted.add(post.counted.id);
    const rev = timeKey(nowMs, 0);
    const commit = { rev, operation: "delete", collection: "app.bsky.feed.post", rkey: post.key };
    return {
      line: writeEvent(post.did, nowMs, { kind: "commit", commit }),
      receipts: [{ place: ".commit", outcome: `delete ${post.counted.id}` }],
    };
  };

  const removeAccount = (nowMs: number): InventedRecord => {
    const did = random.pick(accounts);
    world.deleted.add(`bluesky:${did}/*`);
    const time = new Date(nowMs).toISOString();
    const account = { active: false, did, seq: 1, status: "deleted", time };
    return {
      line: writeEvent(did, nowMs, { kind: "account", account }),
      receipts: [{ place: "", outcome: `delete bluesky:${did}/*` }],
    };
  };

  const repost = (nowMs: number): InventedRecord => {
    const post = random.pick(told.length === 0 ? untold : told);
    const uri = post === undefined ? someOther : `at://${post.did}/app.bsky.feed.post/${post.key}`;
    const commit = {
      rev: timeKey(nowMs, 0),
      operation: "create",
      collection: "app.bsky.feed.repost",
      rkey: timeKey(nowMs, keys++),
      record: { createdAt: new Date(nowMs).toISOString(), subject: { uri, cid: "c" } },
    };
    return {
      line: writeEvent(random.pick(accounts), nowMs, { kind: "commit", commit }),
      receipts: [{ place: ".commit.record", outcome: "ignored notice-repost-of-unknown-links" }],
    };
  };

  const other = (nowMs: number): InventedRecord => {
    const like = { rev: "r", operation: "create", collection: "app.bsky.feed.like", rkey: "k" };
    const [event, place, outcome] = random.pick([
      [{ kind: "identity", identity: { handle: "h" } }, "", "ignored notice-identity"],
      [{ kind: "commit", commit: like }, ".commit", "ignored notice-record-like"],
      [
        { kind: "account", account: { active: false, status: "suspended" } },
        "",
        "ignored notice-account",
      ],
    ] as const);
    const line = writeEvent(random.pick(accounts), nowMs, event);
    return { line, receipts: [{ place, outcome }] };
  };

  return (nowMs, eventMs) => {
    const share = random.fraction();
    if (share < 0.1) return other(nowMs);
    if (share < 0.2 && told.length + untold.length > 0) return repost(nowMs);
    if (share < 0.21) return removeAccount(nowMs);
    if (share < 0.3) {
      const known = told[random.below(told.length)];
      if (known !== undefined && random.chance(0.5)) return remove(known, nowMs);
      const post = invent(eventMs);
      untold.push(post);
      return remove(post, nowMs);
    }
    const early = random.chance(0.5) ? untold.pop() : undefined;
    const isAgain = random.chance(Math.max(0.3, world.repeats));
    const again = isAgain ? told[random.below(told.length)] : undefined;
    const post = early ?? again ?? invent(eventMs);
    if (post !== again) told.push(post);
    return tell(post, nowMs);
  };
}

function inventVersion(random: Random): Version {
  const links = shareLinks(random);
  const title = links.length > 0 && random.chance(0.4) ? `card ${random.below(1_000)}` : undefined;
  return { links, title };
}

function read(edit: number, { links, title }: Version): Reading {
  const [first] = links;
  const cards = first === undefined || title === undefined ? [] : [first.link.raw];
  return {
    edit,
    knows: "links",
    links: links.map(({ link }) => ({ raw: link.raw })),
    pages: sharedPages(links, (raw) => (cards.includes(raw) ? title : undefined)),
  };
}

function writePost({ atMs, kind }: Post, { links, title }: Version): object {
  let text = "";
  const facets = links.map(({ link }) => {
    const byteStart = Buffer.byteLength(text);
    // A character of several bytes stands before each link.
    text += `→ ${link.raw.slice(0, 20)}… `;
    const features = [{ $type: "app.bsky.richtext.facet#link", uri: link.raw }];
    return { index: { byteStart, byteEnd: Buffer.byteLength(text) - 1 }, features };
  });
  const [first] = links;
  const external = first && title !== undefined && { uri: first.link.raw, title };
  const quoted = kind === "quote" && { uri: someOther, cid: "c" };
  const media = external && { $type: "app.bsky.embed.external", external };
  const embed = quoted
    ? media
      ? { $type: "app.bsky.embed.recordWithMedia", record: { record: quoted }, media }
      : { $type: "app.bsky.embed.record", record: quoted }
    : media;
  return {
    $type: "app.bsky.feed.post",
    text,
    createdAt: new Date(atMs).toISOString(),
    langs: ["en"],
    ...(facets.length > 0 && { facets }),
    ...(embed && { embed }),
    ...(kind === "reply" && { reply: { parent: { uri: someOther, cid: "c" } } }),
  };
}

const writeEvent = (did: string, nowMs: number, event: object): string =>
  JSON.stringify({ did, time_us: nowMs * 1_000, ...event });

const digits = "234567abcdefghijklmnopqrstuvwxyz";

/** A key that tells a time: 53 bits of microseconds, and ten more. */
function timeKey(atMs: number, more: number): string {
  let left = (BigInt(atMs) * 1_000n + BigInt(more % 1_000)) * 1_024n + BigInt(more % 1_024);
  let key = "";
  for (let place = 0; place < 13; place++) {
    key = `${digits[Number(left % 32n)]}${key}`;
    left /= 32n;
  }
  return key;
}
