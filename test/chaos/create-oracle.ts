import { countHours, printHours } from "../simulation/count-hours.ts";
import type { Row } from "../simulation/create-warehouse.ts";
import { judgeTweets } from "../support/judge-tweets.ts";

/** What the warehouse must say in the end. */
export type Expected = {
  /** The exact view, a line a row, in order. */
  hours: string[];
  /** Distinct tweets and distinct delete notices, by hour: `tweet 2026-01-02T03`. */
  items: Record<string, number>;
  /** Notices without an identity: at least so many, more when a sender had to send again. */
  ignored: number;
};

export type Oracle = {
  add: (lines: readonly string[]) => void;
  expected: () => Expected;
};

/**
 * The plain set of events that were sent. It knows nothing of deliveries, functions or time: an
 * event counts in the hour that the text of its own time names. Which links an event shares, and
 * under which key, it takes from the normalizers, which have an oracle of their own.
 */
export function createOracle(): Oracle {
  const increments: Row[] = [];
  const tombstones: Row[] = [];
  const itemIds = new Map<string, Set<string>>();
  let ignored = 0;

  return {
    add: (lines) => {
      const payload = Buffer.from(lines.join("\n")).toString("base64");
      const delivery = {
        topic: "tweets",
        messageId: "0",
        publishTime: "",
        attributes: {},
        payload,
      };
      const judged = judgeTweets(delivery);
      const { mentions, withdrawals, receipts, failed } = judged;
      if (failed.length > 0) throw new Error("an event of the generator is malformed");
      for (const { id, event_time, author, kind, revision, ...page } of [
        ...mentions,
        ...withdrawals,
      ]) {
        increments.push({
          ...page,
          hour: `${event_time.slice(0, "2026-01-02T03".length)}:00:00Z`,
          events: [{ id, author, kind, revision }],
        });
      }
      tombstones.push(...judged.tombstones);
      for (const { outcome, id, event_time } of receipts) {
        if (id === undefined) ignored += 1;
        else {
          const name = itemName(outcome, event_time);
          itemIds.set(name, (itemIds.get(name) ?? new Set()).add(id));
        }
      }
    },
    expected: () => ({
      hours: printHours(countHours(increments, tombstones)).split("\n").filter(Boolean),
      items: Object.fromEntries([...itemIds].map(([name, ids]) => [name, ids.size])),
      ignored,
    }),
  };
}

const itemName = (outcome: string, eventTime: string | undefined): string =>
  `${outcome} ${eventTime?.slice(0, "2026-01-02T03".length) ?? "-"}`;
