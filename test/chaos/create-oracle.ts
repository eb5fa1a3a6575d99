import { normalizeMessage } from "../../functions/normalize-tweets/normalize-message.ts";
import { countHours, printHours } from "../simulation/count-hours.ts";
import type { Row } from "../simulation/create-warehouse.ts";

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
 * under which key, it takes from the normalizer, which has an oracle of its own.
 */
export function createOracle(): Oracle {
  const increments: Row[] = [];
  const deletes: Row[] = [];
  const itemIds = new Map<string, Set<string>>();
  let ignored = 0;

  return {
    add: (lines) => {
      const payload = Buffer.from(lines.join("\n")).toString("base64");
      const { mentions, receipts, failed } = normalizeMessage(
        { topic: "tweets", messageId: "0", publishTime: "", attributes: {}, payload },
        { functionVersion: "oracle", now: Date.now() },
      );
      if (failed.length > 0) throw new Error("an event of the generator is malformed");
      for (const { id, at, author, kind, ...page } of mentions) {
        increments.push({
          ...page,
          hour: `${at.slice(0, "2026-01-02T03".length)}:00:00Z`,
          events: [{ id, author, kind }],
        });
      }
      for (const { outcome, id, at } of receipts) {
        if (outcome === "delete") deletes.push({ outcome, id });
        if (id === undefined) ignored += 1;
        else {
          const name = itemName(outcome, at);
          itemIds.set(name, (itemIds.get(name) ?? new Set()).add(id));
        }
      }
    },
    expected: () => ({
      hours: printHours(countHours(increments, deletes)).split("\n").filter(Boolean),
      items: Object.fromEntries([...itemIds].map(([name, ids]) => [name, ids.size])),
      ignored,
    }),
  };
}

const itemName = (outcome: string, at: string | undefined): string =>
  `${outcome} ${at?.slice(0, "2026-01-02T03".length) ?? "-"}`;
