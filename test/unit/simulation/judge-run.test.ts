import { describe, expect, test } from "vitest";
import type { HourCell } from "../../simulation/count-hours.ts";
import type { Input, InputMessage } from "../../simulation/generate-input.ts";
import { isExact, judgeRun, signOf, type Verdict } from "../../simulation/judge-run.ts";
import { createLineage } from "../../simulation/lineage.ts";

type Outcome = Parameters<typeof judgeRun>[0];

const page = { url: "https://example.com/p/1", host: "example.com" };
const ofPage = (links: readonly string[]) => ({
  edit: 0,
  knows: "links" as const,
  links: links.map((raw) => ({ raw })),
  pages: new Map([["example.com/p/1", page]]),
});

/** Two posts share a page, one of them with a link to nowhere; a third one is deleted. */
const input: Input = {
  startMs: Date.parse("2026-01-02T03:00:00.000Z"),
  messages: [],
  objects: [
    {
      bucket: "lake",
      name: "landing/tweets/part-0.ndjson",
      generation: "1",
      content: Buffer.from("line of a file"),
      records: new Map([["line of a file", { line: "line of a file", receipts: [] }]]),
    },
  ],
  webhooks: [
    {
      id: "msg_0",
      scheme: "x",
      afterMs: 0,
      record: { line: "{}", receipts: [] },
      secret: "ours",
      isForged: false,
    },
    {
      id: "msg_1",
      scheme: "x",
      afterMs: 0,
      record: { line: "{}", receipts: [] },
      secret: "another",
      isForged: true,
    },
  ],
  counted: [
    {
      id: "x:1",
      iso: "2026-01-02T03:04:05.000Z",
      author: "x:7",
      kind: "post",
      best: ofPage(["https://example.com/p/1"]),
    },
    {
      id: "x:2",
      iso: "2026-01-02T03:59:59.999Z",
      author: "x:8",
      kind: "repost",
      best: ofPage(["https://example.com/p/1", "http://localhost/x"]),
    },
    {
      id: "x:3",
      iso: "2026-01-02T03:10:00.000Z",
      author: "x:9",
      kind: "post",
      best: ofPage(["https://example.com/p/1"]),
    },
  ],
  deleted: new Set(["x:3"]),
};

const cell: HourCell = {
  hour: "2026-01-02T03:00:00Z",
  url_key: "example.com/p/1",
  url: "https://example.com/p/1",
  host: "example.com",
  title: null,
  mentions: 2,
  authors: 2,
  originals: 1,
  ids: new Set(["x:1", "x:2"]),
};

const tweets: InputMessage = {
  topic: "tweets",
  afterMs: 0,
  data: Buffer.from(""),
  receipts: [
    { position: "records[0]", outcome: "post x:1" },
    { position: "records[1]", outcome: "post x:2" },
    { position: "records[2]", outcome: "post x:1" },
    { position: "records[3]", outcome: "delete x:3" },
    { position: "records[4]", outcome: "ignored notice-limit" },
  ],
  failures: [
    { position: "records[5]", reason: "malformed-json", items: 2, original: "ew==", heals: false },
  ],
};
const mentions: InputMessage = {
  topic: "url-mentions",
  afterMs: 0,
  data: Buffer.from(""),
  receipts: [],
  failures: [
    { position: "records[0]", reason: "invalid-field", items: 1, original: "e30=", heals: false },
  ],
};

const receipts = [
  { message_id: "m1", position: "records[0]", outcome: "post", id: "x:1" },
  { message_id: "m1", position: "records[1]", outcome: "post", id: "x:2" },
  { message_id: "m1", position: "records[2]", outcome: "post", id: "x:1" },
  { message_id: "m1", position: "records[3]", outcome: "delete", id: "x:3" },
  { message_id: "m1", position: "records[4]", outcome: "ignored", reason: "notice-limit" },
  // What comes twice says the same twice.
  { message_id: "m1", position: "records[0]", outcome: "post", id: "x:1" },
];

const malformed = {
  id: "normalize-tweets:m1/records[5]",
  stage: "normalize-tweets",
  reason: "malformed-json",
  message_id: "m1",
  position: "records[5]",
  items: 2,
  original: "ew==",
};
const invalid = {
  id: "bucket-hours:m2/records[0]",
  stage: "bucket-hours",
  reason: "invalid-field",
  message_id: "m2",
  position: "records[0]",
  items: 1,
  original: "e30=",
};

const exact: Outcome = {
  input,
  accepted: new Map([
    ["m1", tweets],
    ["m2", mentions],
  ]),
  loaded: new Map([["landing/tweets/part-0.ndjson", new Set(["line of a file"])]]),
  received: new Set(["msg_0"]),
  hours: [cell],
  posts: receipts,
  unlinked: 1,
  failedEvents: [malformed, invalid],
  lineage: createLineage(),
  unfinished: 0,
  failedInQuiet: 0,
  unstable: 0,
  staleHours: 0,
  rewrittenHours: 0,
  untoldHours: 0,
  unexportedHours: 0,
};

const shows = (changed: Partial<HourCell>): Partial<Outcome> => ({
  hours: [{ ...cell, ...changed }],
});

/** What is made wrong, and how much of it is told. */
const wrongs: readonly [
  sign: keyof Verdict,
  what: string,
  changed: Partial<Outcome>,
  count: number,
][] = [
  ["lost", "a mention is not counted", shows({ ids: new Set(["x:1"]), mentions: 1 }), 1],
  ["lost", "an hour is not there", { hours: [] }, 2],
  ["lost", "the number is less than its ids", shows({ mentions: 1 }), 1],
  ["duplicated", "the number is more than its ids", shows({ mentions: 3 }), 1],
  [
    "duplicated",
    "a post counts in the next hour, too",
    {
      hours: [cell, { ...cell, hour: "2026-01-02T04:00:00Z", mentions: 1, ids: new Set(["x:2"]) }],
    },
    1,
  ],
  [
    "unexpected",
    "a post counts that is deleted",
    shows({ ids: new Set(["x:1", "x:2", "x:3"]), mentions: 3 }),
    1,
  ],
  [
    "unexpected",
    "a post counts that never was",
    shows({ ids: new Set(["x:1", "x:2", "y:1"]), mentions: 3 }),
    1,
  ],
  ["differing", "an author is missing", shows({ authors: 1 }), 1],
  ["differing", "a repost is an original", shows({ originals: 2 }), 1],
  ["differing", "the link is another one", shows({ url: "https://example.com/p/1/" }), 1],
  ["differing", "the host is another one", shows({ host: "www.example.com" }), 1],
  ["differing", "it has a title that nobody told", shows({ title: "Home" }), 1],
  ["unjudgedLinks", "a link is not set aside", { unlinked: 0 }, 1],
  ["unjudgedLinks", "a link is set aside that is counted", { unlinked: 2 }, 1],
  ["missingReceipts", "a line of a file is not loaded", { loaded: new Map() }, 1],
  ["missingReceipts", "a webhook was never published", { received: new Set() }, 1],
  ["wrongReceipts", "a forged one was published", { received: new Set(["msg_0", "msg_1"]) }, 1],
  [
    "wrongReceipts",
    "a receipt says something else",
    { posts: receipts.map((row) => (row.outcome === "delete" ? { ...row, id: "x:4" } : row)) },
    1,
  ],
  [
    "wrongReceipts",
    "two receipts of one item differ",
    { posts: [...receipts, { ...receipts[3], id: "x:4" }] },
    1,
  ],
  ["missingFailures", "a bad line is not kept", { failedEvents: [malformed] }, 1],
  [
    "wrongFailures",
    "another reason is kept",
    { failedEvents: [malformed, { ...invalid, reason: "unknown-shape" }] },
    1,
  ],
  [
    "wrongFailures",
    "another number of items is kept",
    { failedEvents: [malformed, { ...invalid, items: 2 }] },
    1,
  ],
  [
    "wrongFailures",
    "a bad line failed in two ways",
    { failedEvents: [malformed, invalid, { ...invalid, items: 2 }] },
    1,
  ],
  [
    "wrongFailures",
    "other bytes are kept",
    { failedEvents: [malformed, { ...invalid, original: "e30" }] },
    1,
  ],
  [
    "wrongFailures",
    "a failed event is not named by its delivery",
    { failedEvents: [malformed, { ...invalid, id: "bucket-hours:m2/records[9]" }] },
    1,
  ],
  [
    "wrongFailures",
    "a good line failed",
    {
      failedEvents: [
        malformed,
        invalid,
        { ...invalid, id: "bucket-hours:m2/records[1]", position: "records[1]" },
      ],
    },
    1,
  ],
  [
    "conservationDifference",
    "items failed where nobody counts them",
    {
      failedEvents: [
        { ...malformed, id: "normalize-urls:m1/records[5]", stage: "normalize-urls" },
        invalid,
      ],
    },
    2,
  ],
  ["unfinished", "a message is not acknowledged", { unfinished: 1 }, 1],
  ["failedInQuiet", "a delivery fails though nothing outside does", { failedInQuiet: 1 }, 1],
  ["unstable", "another redrive changes an hour", { unstable: 1 }, 1],
  ["staleHours", "the view shows other than the exact one", { staleHours: 1 }, 1],
  ["rewrittenHours", "an hour is written that is there", { rewrittenHours: 1 }, 1],
  ["untoldHours", "a closing is not told", { untoldHours: 1 }, 1],
  ["unexportedHours", "a closing is not exported", { unexportedHours: 1 }, 1],
];

describe("a run that is exact", () => {
  const { verdict, conservation, problems } = judgeRun(exact);

  test("has nothing wrong", () => {
    expect(problems).toEqual([]);
    expect(signOf(verdict)).toBe("");
    expect(isExact(verdict)).toBe(true);
  });

  test("has all of its items, each once", () => {
    expect(conservation).toEqual({
      received: 7,
      counted: 2,
      duplicates: 1,
      ignored: 1,
      deletes: 1,
      failed: 2,
    });
  });

  test.each(["bluesky-events", "mastodon-statuses"] as const)("has items of %s", (topic) => {
    const notice = "notice-identity";
    const message: InputMessage = {
      ...mentions,
      topic,
      receipts: [{ position: "records[0]", outcome: `ignored ${notice}` }],
      failures: [],
    };
    const accepted = new Map([...exact.accepted, ["m3", message]]);
    const ignored = { message_id: "m3", position: "records[0]", outcome: "ignored" };
    const posts = [...receipts, { ...ignored, reason: notice }];
    const judged = judgeRun({ ...exact, accepted, posts });
    expect(signOf(judged.verdict)).toBe("");
    expect(judged.conservation).toMatchObject({ received: 8, ignored: 2 });
  });

  test("may have been sent again, under another name", () => {
    const lineage = createLineage();
    lineage.add("m9", "m1", "records[1]");
    const again = { message_id: "m9", position: "records[0]", outcome: "post", id: "x:2" };
    const { verdict: same } = judgeRun({ ...exact, lineage, posts: [...receipts, again] });
    expect(signOf(same)).toBe("");
  });

  test("may have two links that lead to one page", () => {
    const links = ["https://a.example.com/", "https://b.example.com/"].map((raw) => ({
      raw,
      leadsTo: "https://example.com/p/1",
    }));
    const [first, ...others] = input.counted;
    if (first?.best === undefined) throw new Error("nothing is counted");
    const counted = [{ ...first, best: { ...first.best, links } }, ...others];
    expect(signOf(judgeRun({ ...exact, input: { ...input, counted } }).verdict)).toBe("");
  });

  test("may have deleted a post with the account of its author", () => {
    const deleted = new Set(["x:9/*"]);
    expect(signOf(judgeRun({ ...exact, input: { ...input, deleted } }).verdict)).toBe("");
  });

  test("may have failed at first where it came too early", () => {
    const early: InputMessage = {
      ...tweets,
      receipts: [{ position: "records[0]", outcome: "post x:2" }],
      failures: [
        {
          position: "records[0]",
          reason: "impossible-time",
          items: 1,
          original: "e30=",
          heals: true,
        },
      ],
    };
    const accepted = new Map([...exact.accepted, ["m3", early]]);
    const posts = [...receipts, { ...receipts[1], message_id: "m3", position: "records[0]" }];
    const failed = {
      ...malformed,
      id: "normalize-tweets:m3/records[0]",
      reason: "impossible-time",
      message_id: "m3",
      position: "records[0]",
      items: 1,
      original: "e30=",
    };
    for (const more of [[], [failed]]) {
      const failedEvents = [...exact.failedEvents, ...more];
      expect(signOf(judgeRun({ ...exact, accepted, posts, failedEvents }).verdict)).toBe("");
    }
  });

  test("may have kept what did not get through", () => {
    const refused = { ...invalid, reason: "row-refused", id: "append-rows:m2/records[0]" };
    const failedEvents = [malformed, invalid, { ...refused, stage: "append-rows" }];
    expect(signOf(judgeRun({ ...exact, failedEvents }).verdict)).toBe("");
  });
});

describe("each thing that is wrong is told by one sign alone", () => {
  test.each(wrongs)("%s: %s", (sign, _, changed, count) => {
    const { verdict } = judgeRun({ ...exact, ...changed });
    expect(signOf(verdict)).toBe(`${sign} ${count}`);
    expect(isExact(verdict)).toBe(false);
  });

  test("and no sign is without such a thing", () => {
    const { verdict } = judgeRun(exact);
    expect(Object.keys(verdict).sort()).toEqual([...new Set(wrongs.map(([sign]) => sign))].sort());
  });

  test("posts that count for another page are lost to theirs", () => {
    const { verdict } = judgeRun({ ...exact, ...shows({ url_key: "example.com/p/2" }) });
    expect(signOf(verdict)).toBe("lost 2, duplicated 2");
  });

  test("a receipt that is missing is missed in the sum, too", () => {
    const { verdict } = judgeRun({ ...exact, posts: receipts.slice(1, -1) });
    expect(signOf(verdict)).toBe("missingReceipts 1, conservationDifference 1");
  });

  test("a receipt that nobody expects is too much in the sum, too", () => {
    const stranger = { ...receipts[4], message_id: "m9" };
    const { verdict } = judgeRun({ ...exact, posts: [...receipts, stranger] });
    expect(signOf(verdict)).toBe("wrongReceipts 1, conservationDifference -1");
  });

  test("each is told in words", () => {
    const silent = new Set<keyof Verdict>([
      "conservationDifference",
      "unfinished",
      "failedInQuiet",
      "unstable",
      "staleHours",
      "rewrittenHours",
      "untoldHours",
      "unexportedHours",
    ]);
    for (const [sign, what, changed] of wrongs) {
      if (silent.has(sign)) continue;
      expect(judgeRun({ ...exact, ...changed }).problems, what).not.toEqual([]);
    }
  });
});
