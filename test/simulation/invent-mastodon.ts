import type { Random } from "../support/create-random.ts";
import type { CountedEvent } from "./invent-events.ts";
import { isBetter, type Reading, sharedPages, shareLinks } from "./invent-readings.ts";
import type { InventedRecord } from "./invent-records.ts";

/** Servers that tell of the same statuses, each by numbers of its own. */
export const servers = ["one.example.com", "two.example.com"] as const;
export type Server = (typeof servers)[number];

type Status = {
  ordinal: number;
  uri: string;
  iso: string;
  account: { url: string };
  kind: "post" | "repost" | "reply";
  /** Its links, by how often it had been edited. */
  versions: ReturnType<typeof shareLinks>[];
  counted: CountedEvent;
};

export type Mastodon = {
  /** A record that a server tells at a time in ms since 1970. */
  tell: (server: Server, eventMs: number) => InventedRecord;
  /** The deletes that a server has not told yet: each tells all of them in the end. */
  rest: (server: Server) => InventedRecord[];
};

/** Statuses and events of servers, and what must become of them. */
export function createMastodon(
  random: Random,
  world: {
    /** Whether a status may be edited, or be known better by one server than by the other. */
    rereads: boolean;
    repeats: number;
    counted: CountedEvent[];
    deleted: Set<string>;
  },
): Mastodon {
  const told: Status[] = [];
  const removed = new Map<Server, Status[]>(servers.map((server) => [server, []]));
  let ordinals = 0;

  const invent = (eventMs: number): Status => {
    const ordinal = ordinals++;
    const user = `https://home.example.com/@user${random.below(40)}`;
    const uri = `https://home.example.com/statuses/${ordinal}`;
    const kind = random.pick(["post", "post", "repost", "reply"] as const);
    const iso = new Date(eventMs).toISOString();
    const id = `mastodon:${uri}`;
    const counted = { id, iso, author: `mastodon:${user}`, kind, best: undefined };
    world.counted.push(counted);
    const versions = [shareLinks(random)];
    return { ordinal, uri, iso, account: { url: user }, kind, versions, counted };
  };

  const tellStatus = (status: Status, server: Server): InventedRecord => {
    if (world.rereads && random.chance(0.2)) status.versions.push(shareLinks(random));
    const edit = random.below(status.versions.length);
    const links = status.versions[edit] ?? [];
    const hasCard = links.length > 0 && (world.rereads ? random.chance(0.5) : true);
    const reading = read(status, edit, links, hasCard);
    const { counted } = status;
    if (counted.best === undefined || isBetter(reading, counted.best)) counted.best = reading;
    const written = writeStatus(status, server, edit, reading, hasCard);
    const outcome = `post ${counted.id}`;
    if (random.chance(0.5)) {
      return { line: JSON.stringify(written), receipts: [{ place: "", outcome }] };
    }
    const event = edit === 0 ? "update" : "status.update";
    // The servers write JSON inside of JSON.
    const payload = random.chance(0.7) ? JSON.stringify(written) : written;
    const line = JSON.stringify({ stream: ["public"], event, payload });
    return { line, receipts: [{ place: ".payload", outcome }] };
  };

  const tellDelete = (status: Status, server: Server): InventedRecord => {
    const id = idAt(status, server);
    return {
      line: JSON.stringify({ stream: ["public"], event: "delete", payload: id }),
      receipts: [{ place: "", outcome: `delete mastodon:${server}/${id}` }],
    };
  };

  return {
    tell: (server, eventMs) => {
      const waiting = removed.get(server)?.pop();
      if (waiting !== undefined) return tellDelete(waiting, server);
      const share = random.fraction();
      if (share < 0.05) {
        const line = '{"event":"filters_changed"}';
        return { line, receipts: [{ place: "", outcome: "ignored notice-filters_changed" }] };
      }
      if (share < 0.15) {
        const known = told[random.below(told.length)];
        const status = known !== undefined && random.chance(0.6) ? known : invent(eventMs);
        if (status !== known) told.push(status);
        if (!world.deleted.has(status.counted.id)) {
          world.deleted.add(status.counted.id);
          for (const one of servers) removed.get(one)?.push(status);
        }
      }
      const isAgain = random.chance(Math.max(0.3, world.repeats));
      const again = isAgain ? told[random.below(told.length)] : undefined;
      const status = again ?? invent(eventMs);
      if (again === undefined) told.push(status);
      return tellStatus(status, server);
    },
    rest: (server) =>
      (removed.get(server) ?? []).splice(0).map((status) => tellDelete(status, server)),
  };
}

/** Statuses have a number of its own on each server. */
const idAt = ({ ordinal }: Status, server: Server): string =>
  `11500000000${String(2 * ordinal + servers.indexOf(server)).padStart(7, "0")}`;

const titleOf = ({ ordinal }: Status, edit: number): string => `page of ${ordinal}, ${edit}`;

function read(
  status: Status,
  edit: number,
  links: ReturnType<typeof shareLinks>,
  hasCard: boolean,
): Reading {
  const [first] = links;
  const card = hasCard ? first?.link.raw : undefined;
  // A link that is no page of the public web, in some statuses.
  const others = status.uri.endsWith("3") ? [{ raw: "http://localhost/x" }] : [];
  return {
    edit,
    knows: hasCard ? "titled" : "links",
    links: [...links.map(({ link }) => ({ raw: link.raw })), ...others],
    pages: sharedPages(links, (raw) => (raw === card ? titleOf(status, edit) : undefined)),
  };
}

function writeStatus(
  status: Status,
  server: Server,
  edit: number,
  { links }: Reading,
  hasCard: boolean,
): object {
  const { uri, iso, account, kind } = status;
  const anchors = links.map(({ raw }) => {
    const href = raw.replaceAll("&", "&amp;");
    return `<a href="${href}" rel="nofollow"><span class="invisible">https://</span>short…</a>`;
  });
  const content =
    `<p><a href="https://home.example.com/@someone" class="u-url mention">@someone</a> ` +
    `${anchors.join(" and ")} ` +
    `<a href="https://${server}/tags/news" class="mention hashtag" rel="tag">#news</a></p>`;
  const [first] = links;
  const card = hasCard && first ? { url: first.raw, title: titleOf(status, edit) } : null;
  const body = { content, card, mentions: [] };
  const boosted = { uri: "https://home.example.com/statuses/boosted", ...body, account };
  return {
    id: idAt(status, server),
    uri,
    created_at: iso,
    ...(edit > 0 && { edited_at: new Date(Date.parse(iso) + edit * 60_000).toISOString() }),
    visibility: "public",
    language: "en",
    account,
    ...(kind === "reply" && { in_reply_to_id: "1" }),
    ...(kind === "repost" ? { content: "", reblog: boosted } : body),
  };
}
