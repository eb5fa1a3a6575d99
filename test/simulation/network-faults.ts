import type { Row } from "./create-warehouse.ts";
import { calm } from "./draw-storm.ts";
import type { FunctionName, Twists } from "./functions-under-test.ts";
import type { PlantedFault } from "./planted-fault.ts";
import { changeHandle, changeLinesOf, changePayload } from "./twist-ports.ts";

/** Posts that are told again, edited and deleted. */
const repeated = { ...calm, repeats: 0.5 };

/** Changes the text of each message before a function has it. */
const changeText = (name: FunctionName, change: (text: string) => string): Twists =>
  changeHandle(
    name,
    (handle) => (event) =>
      handle(changePayload(event, (payload) => Buffer.from(change(payload.toString())))),
  );

/** The revision of a reading without how late it was written. */
const unedited = (line: Row): Row => ({
  ...line,
  revision: `00000000.${String(line.revision).slice("00000000.".length)}`,
});

const isEdited = ({ revision }: Row): boolean => !String(revision).startsWith("00000000.");

const bluesky = (topic: string, change: (line: Row) => Row | undefined): Twists =>
  changeLinesOf("normalize-bluesky", topic, change);

const mastodon = (topic: string, change: (line: Row) => Row | undefined): Twists =>
  changeLinesOf("normalize-mastodon", topic, change);

/** Posts of Bluesky, read wrongly. */
const wrongBluesky: readonly PlantedFault[] = [
  {
    name: "keeps the posts of a deleted account of Bluesky",
    sign: "unexpected",
    seed: 9,
    storm: repeated,
    twists: bluesky("append-tombstones", (line) =>
      String(line.id).endsWith("/*") ? undefined : line,
    ),
  },
  {
    name: "takes an update of Bluesky for a post of its own",
    sign: "unexpected",
    storm: repeated,
    twists: bluesky("link-shares", (line) =>
      isEdited(line) ? { ...line, id: `${String(line.id)}-updated` } : line,
    ),
  },
  {
    name: "does not tell an update of Bluesky from the post before it",
    sign: "lost",
    storm: repeated,
    twists: bluesky("link-shares", unedited),
  },
  {
    name: "counts a post of Bluesky when the network saw it",
    sign: "duplicated",
    twists: changeText("normalize-bluesky", (text) =>
      text.replaceAll(/"time_us":(\d+)000,(.*?)"createdAt":"[^"]*"/g, (_, seen, between) => {
        const at = new Date(Number(seen)).toISOString();
        return `"time_us":${seen}000,${between}"createdAt":"${at}"`;
      }),
    ),
  },
  {
    name: "leaves out the cards of Bluesky",
    sign: "differing",
    twists: changeText("normalize-bluesky", (text) => text.replaceAll('"external":{', '"none":{')),
  },
  {
    name: "takes a key of Bluesky for an identity",
    sign: "unexpected",
    twists: bluesky("link-shares", (line) => ({
      ...line,
      id: String(line.id).replace(/did:plc:.*\//, ""),
    })),
  },
  {
    name: "takes a quote of Bluesky for a repost",
    sign: "differing",
    twists: bluesky("link-shares", (line) =>
      line.kind === "quote" ? { ...line, kind: "repost" } : line,
    ),
  },
  {
    name: "drops the receipts of what Bluesky tells beside posts",
    sign: "missingReceipts",
    twists: bluesky("append-posts", (line) => (line.outcome === "ignored" ? undefined : line)),
  },
];

/** Statuses of Mastodon, read wrongly. */
const wrongMastodon: readonly PlantedFault[] = [
  {
    name: "takes the number that a server gives a status for its identity",
    sign: "unexpected",
    twists: mastodon("link-shares", (line) => ({ ...line, id: line.alias })),
  },
  {
    name: "forgets by which number a server deletes a status",
    sign: "unexpected",
    twists: mastodon("link-shares", (line) => ({ ...line, alias: undefined })),
  },
  {
    name: "takes the numbers of all servers for those of one",
    sign: "unexpected",
    storm: repeated,
    twists: mastodon("append-tombstones", (line) => ({
      ...line,
      id: String(line.id).replace(/:[a-z.]+\//, ":one.example.com/"),
    })),
  },
  {
    name: "counts mentions and hashtags of Mastodon as links",
    sign: "duplicated",
    twists: changeText("normalize-mastodon", (text) =>
      text
        .replaceAll(/ class=(\\*)"[a-z -]*mention[a-z -]*\\*"/g, "")
        .replaceAll(/ rel=\\*"tag\\*"/g, ""),
    ),
  },
  {
    name: "takes what is shown of a link for the link",
    sign: "lost",
    twists: changeText("normalize-mastodon", (text) =>
      text.replaceAll(/(href=\\*"https?:\/\/[^"\\/]+\/[^"\\]{1,3})[^"\\]*/g, "$1"),
    ),
  },
  {
    name: "takes a boost for the status that it boosts",
    sign: "lost",
    twists: mastodon("link-shares", (line) =>
      line.kind === "repost"
        ? { ...line, id: "mastodon:https://home.example.com/statuses/boosted" }
        : line,
    ),
  },
  {
    name: "does not tell an edit of Mastodon from the status before it",
    sign: "lost",
    storm: repeated,
    twists: mastodon("link-shares", unedited),
  },
  {
    name: "leaves out the cards of Mastodon",
    sign: "differing",
    twists: changeText("normalize-mastodon", (text) =>
      text.replaceAll(/card(\\*)":\{/g, 'none$1":{'),
    ),
  },
];

export const networkFaults: readonly PlantedFault[] = [...wrongBluesky, ...wrongMastodon];
