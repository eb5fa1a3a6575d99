import { cellOf, type HourCell } from "./count-hours.ts";
import type { Row } from "./create-warehouse.ts";
import { type ExpectedCell, expectHours, isDeleted } from "./expect-hours.ts";
import type { Input, InputMessage } from "./generate-input.ts";
import type { Lineage } from "./lineage.ts";

/** What is wrong with the outcome of a run, in Jepsen's words where it has them; all 0 when exact. */
export type Verdict = {
  /** Mentions that are not counted where they must be. */
  lost: number;
  /** Mentions that are counted once more, or in a second place. */
  duplicated: number;
  /** Counted mentions of events that never were, or were deleted. */
  unexpected: number;
  /** Hours and keys with the right ids but other authors, originals or labels. */
  differing: number;
  /** Links without a page of their own that are not set aside with a reason, or others that are. */
  unjudgedLinks: number;
  /** Items without a receipt or a failed event, or with a wrong one. */
  missingReceipts: number;
  wrongReceipts: number;
  missingFailures: number;
  wrongFailures: number;
  /** received - (counted + duplicates + ignored + deletes + failed). */
  conservationDifference: number;
  /** Messages that are not acknowledged, or fail again however often they are sent again. */
  unfinished: number;
  /** Deliveries that failed although nothing outside did. */
  failedInQuiet: number;
  /** Hours and keys that another redrive has changed. */
  unstable: number;
  /** Hours and keys that the view shows otherwise than the exact one, after all hours were closed. */
  staleHours: number;
  /** Hours whose totals were written again although nothing had changed. */
  rewrittenHours: number;
  /** Closings that were told to nobody, or otherwise than they are. */
  untoldHours: number;
  /** Hours of which a reader of their files finds another closing than the newest, or half of it. */
  unexportedHours: number;
};

export type Conservation = {
  received: number;
  counted: number;
  duplicates: number;
  ignored: number;
  deletes: number;
  failed: number;
};

export type Judgement = { verdict: Verdict; conservation: Conservation; problems: string[] };

/** The state of the world after the quiet. */
export type Outcome = {
  input: Input;
  /** Input messages by the id they were accepted under. */
  accepted: ReadonlyMap<string, InputMessage>;
  /** Lines that were published of each object, by its name. */
  loaded: ReadonlyMap<string, ReadonlySet<string>>;
  /** Ids of the webhooks that were published. */
  received: ReadonlySet<string>;
  hours: readonly HourCell[];
  posts: readonly Row[];
  /** Links that are set aside with a reason. */
  unlinked: number;
  failedEvents: readonly Row[];
  lineage: Lineage;
  unfinished: number;
  failedInQuiet: number;
  unstable: number;
  staleHours: number;
  rewrittenHours: number;
  untoldHours: number;
  unexportedHours: number;
};

/** Nothing of it. */
export const exactVerdict: Verdict = {
  lost: 0,
  duplicated: 0,
  unexpected: 0,
  differing: 0,
  unjudgedLinks: 0,
  missingReceipts: 0,
  wrongReceipts: 0,
  missingFailures: 0,
  wrongFailures: 0,
  conservationDifference: 0,
  unfinished: 0,
  failedInQuiet: 0,
  unstable: 0,
  staleHours: 0,
  rewrittenHours: 0,
  untoldHours: 0,
  unexportedHours: 0,
};

const maxProblems = 8;

export const isExact = (verdict: Verdict): boolean =>
  Object.values(verdict).every((count) => count === 0);

/** What is wrong, in words: `lost 3, unexpected 1`. */
export const signOf = (verdict: Verdict): string =>
  Object.entries(verdict)
    .filter(([, count]) => count !== 0)
    .map(([sign, count]) => `${sign} ${count}`)
    .join(", ");

export function judgeRun(outcome: Outcome): Judgement {
  const problems: string[] = [];
  const report = (problem: string) => {
    if (problems.length < maxProblems) problems.push(problem);
  };
  const receipts = receiptsOf(outcome);
  const failures = failuresOf(outcome, report);
  const conservation = conserve(outcome, receipts, failures.items);
  const { received, counted, duplicates, ignored, deletes, failed } = conservation;
  return {
    conservation,
    problems,
    verdict: {
      ...compareHours(outcome, report),
      unjudgedLinks: compareLinks(outcome, report),
      ...compareReceipts(outcome, receipts, report),
      ...compareFailures(outcome, failures, report),
      conservationDifference: received - (counted + duplicates + ignored + deletes + failed),
      unfinished: outcome.unfinished,
      failedInQuiet: outcome.failedInQuiet,
      unstable: outcome.unstable,
      staleHours: outcome.staleHours,
      rewrittenHours: outcome.rewrittenHours,
      untoldHours: outcome.untoldHours,
      unexportedHours: outcome.unexportedHours,
    },
  };
}

type Report = (problem: string) => void;

function compareHours({ input, hours }: Outcome, report: Report) {
  const expected = expectHours(input);
  const left = input.counted.filter((event) => !isDeleted(event, input.deleted));
  const countable = new Set(left.map(({ id }) => id));
  const wrong = { lost: 0, duplicated: 0, unexpected: 0, differing: 0 };
  const seen = new Set<ExpectedCell>();
  for (const cell of hours) {
    const name = cellOf(cell);
    const right = expected.get(cell.hour)?.get(cell.url_key);
    if (right !== undefined) seen.add(right);
    for (const id of cell.ids) {
      if (right?.ids.has(id)) continue;
      if (countable.has(id)) wrong.duplicated += 1;
      else wrong.unexpected += 1;
      report(`${id} is counted at ${name}`);
    }
    const missing = right === undefined ? [] : [...right.ids.difference(cell.ids)];
    wrong.lost += missing.length + Math.max(0, cell.ids.size - cell.mentions);
    wrong.duplicated += Math.max(0, cell.mentions - cell.ids.size);
    for (const id of missing) report(`${id} is not counted at ${name}`);
    if (cell.mentions !== cell.ids.size) {
      report(`${name} says ${cell.mentions} mentions, which are ${cell.ids.size}`);
    } else if (missing.length === 0 && right !== undefined && !isSame(cell, right)) {
      wrong.differing += 1;
      report(`${name} shows ${describeCell(cell)}, not ${describeCell(right)}`);
    }
  }
  for (const [hour, cells] of expected) {
    for (const [key, cell] of cells) {
      if (seen.has(cell)) continue;
      wrong.lost += cell.ids.size;
      report(`${hour} ${key} is not there, with ${[...cell.ids].slice(0, 3).join(", ")}`);
    }
  }
  return wrong;
}

/** Links of the best informed readings that show no page of their own: each is set aside, once. */
function compareLinks({ input, unlinked }: Outcome, report: Report): number {
  let others = 0;
  for (const event of input.counted) {
    const { best } = event;
    if (best === undefined || isDeleted(event, input.deleted)) continue;
    const links = new Set(best.links.map(({ raw, leadsTo }) => leadsTo ?? raw));
    others += links.size - best.pages.size;
  }
  if (others !== unlinked) report(`${unlinked} links are set aside, not ${others}`);
  return Math.abs(others - unlinked);
}

const describeCell = (cell: ExpectedCell | HourCell): string =>
  `${cell.authors} authors, ${cell.originals} originals, ${cell.url}, ${cell.host}, ${cell.title}`;

const isSame = (cell: HourCell, right: ExpectedCell): boolean =>
  cell.authors === right.authors &&
  cell.originals === right.originals &&
  cell.url === right.url &&
  cell.host === right.host &&
  cell.title === right.title;

/** What the receipts say, by where the item was first received: one outcome, or several in a row. */
function receiptsOf({ posts, lineage }: Outcome): Map<string, string> {
  const receipts = new Map<string, string>();
  for (const row of posts) {
    const place = lineage.trace(String(row.message_id), String(row.position));
    const outcome = `${String(row.outcome)} ${String(row.outcome === "ignored" ? row.reason : row.id)}`;
    const known = receipts.get(place);
    if (known === undefined) receipts.set(place, outcome);
    else if (known !== outcome) receipts.set(place, `${known} and ${outcome}`);
  }
  return receipts;
}

function compareReceipts(
  { input, accepted, loaded, received }: Outcome,
  receipts: ReadonlyMap<string, string>,
  report: Report,
) {
  const wrong = { missingReceipts: 0, wrongReceipts: 0 };
  const unexpected = new Set(receipts.keys());
  for (const [messageId, message] of accepted) {
    for (const { position, outcome } of message.receipts) {
      const place = `${messageId} ${position}`;
      unexpected.delete(place);
      const found = receipts.get(place);
      if (found === undefined) {
        wrong.missingReceipts += 1;
        report(`${place} (${outcome}) has no receipt`);
      } else if (found !== outcome) {
        wrong.wrongReceipts += 1;
        report(`${place} is ${found}, not ${outcome}`);
      }
    }
  }
  for (const { name, records } of input.objects) {
    for (const line of records.keys()) {
      if (loaded.get(name)?.has(line)) continue;
      wrong.missingReceipts += 1;
      report(`${name} was not loaded, with ${line}`);
    }
  }
  for (const { id, isForged } of input.webhooks) {
    if (isForged !== received.has(id)) continue;
    wrong[isForged ? "wrongReceipts" : "missingReceipts"] += 1;
    report(`${id} was ${isForged ? "received, and is forged" : "not received"}`);
  }
  for (const place of unexpected) {
    wrong.wrongReceipts += 1;
    report(`${place} has a receipt that it must not have`);
  }
  return wrong;
}

/** Functions that take items apart, and the topics of these. */
const normalizers = new Set(["normalize-tweets", "normalize-bluesky", "normalize-mastodon"]);
const topicsOfPosts = new Set(["tweets", "bluesky-events", "mastodon-statuses"]);

type Failures = {
  /** Descriptions of the failed events, by where the record was first received. */
  described: ReadonlyMap<string, ReadonlySet<string>>;
  /** Failed items of posts, by where the record was first received. */
  items: ReadonlyMap<string, number>;
  /** Failed events that no one expects, wherever they come from. */
  wrong: number;
};

const describe = (reason: string, items: number, original: string): string =>
  `${reason}, ${items} items, ${original}`;

function failuresOf({ failedEvents, lineage }: Outcome, report: Report): Failures {
  const described = new Map<string, Set<string>>();
  const items = new Map<string, number>();
  let wrong = 0;
  for (const row of failedEvents) {
    const { id, stage, reason, message_id, position, items: count, original } = failedRow(row);
    if (id !== `${stage}:${message_id}/${position}`) {
      wrong += 1;
      report(`failed event ${id} is not named by its delivery`);
    }
    // What did not get through is sent again: what is in the tables in the end tells.
    if (reason === "row-refused" || reason === "retries-exhausted") continue;
    const place = lineage.trace(message_id, position);
    const known = described.get(place) ?? new Set();
    described.set(place, known.add(describe(reason, count, original)));
    if (normalizers.has(stage)) items.set(place, count);
  }
  return { described, items, wrong };
}

/** The columns of a failed event that are judged. */
const failedRow = (row: Row) => ({
  id: String(row.id),
  stage: String(row.stage),
  reason: String(row.reason),
  message_id: String(row.message_id),
  position: String(row.position),
  items: Number(row.items),
  original: String(row.original),
});

function compareFailures({ accepted }: Outcome, failures: Failures, report: Report) {
  const wrong = { missingFailures: 0, wrongFailures: failures.wrong };
  const expected = new Set<string>();
  for (const [messageId, message] of accepted) {
    for (const { position, reason, items, original, heals } of message.failures) {
      const place = `${messageId} ${position}`;
      expected.add(place);
      const found = failures.described.get(place);
      if (found === undefined) {
        // The storm may have delayed it until it was right.
        if (heals) continue;
        wrong.missingFailures += 1;
        report(`${place} (${reason}) is no failed event`);
      } else if (found.size !== 1 || !found.has(describe(reason, items, original))) {
        wrong.wrongFailures += 1;
        report(`${place} failed as ${[...found].join(" and ").slice(0, 300)}, not ${reason}`);
      }
    }
  }
  for (const place of failures.described.keys()) {
    if (expected.has(place)) continue;
    wrong.wrongFailures += 1;
    report(`${place} failed without a reason`);
  }
  return wrong;
}

function conserve(
  { accepted }: Outcome,
  receipts: ReadonlyMap<string, string>,
  failedItems: ReadonlyMap<string, number>,
): Conservation {
  let received = 0;
  const healed = new Set<string>();
  for (const [messageId, message] of accepted) {
    if (!topicsOfPosts.has(message.topic)) continue;
    received += message.receipts.length;
    for (const { position, items, heals } of message.failures) {
      if (heals) healed.add(`${messageId} ${position}`);
      else received += items;
    }
  }
  const tweets = new Set<string>();
  let duplicates = 0;
  let ignored = 0;
  let deletes = 0;
  for (const outcome of receipts.values()) {
    if (outcome.startsWith("ignored ")) ignored += 1;
    else if (outcome.startsWith("delete ")) deletes += 1;
    else if (tweets.has(outcome)) duplicates += 1;
    else tweets.add(outcome);
  }
  let failed = 0;
  for (const [place, items] of failedItems) if (!healed.has(place)) failed += items;
  return { received, counted: tweets.size, duplicates, ignored, deletes, failed };
}
