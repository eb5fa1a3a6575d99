import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openCatalog } from "../../../local-cloud/storage/open-catalog.ts";
import { openJournal } from "../../../local-cloud/storage/open-journal.ts";
import { startNotifier } from "../../../local-cloud/storage/start-notifier.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "local-storage-"));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function replayed(path: string): unknown[] {
  const changes: unknown[] = [];
  openJournal(path, (change) => changes.push(change)).close();
  return changes;
}

describe("openJournal", () => {
  test("drops a line cut short at any byte, and goes on after it", () => {
    const line = `${JSON.stringify({ third: "ü" })}\n`;
    for (let written = 0; written < Buffer.byteLength(line); written += 1) {
      const path = join(directory, `journal-${written}`);
      const journal = openJournal(path, () => {});
      journal.append({ first: 1 });
      journal.append({ second: 2 });
      journal.close();
      appendFileSync(path, Buffer.from(line).subarray(0, written));

      const reopened = openJournal(path, () => {});
      reopened.append({ fourth: 4 });
      reopened.close();

      expect(replayed(path)).toEqual([{ first: 1 }, { second: 2 }, { fourth: 4 }]);
    }
  });

  test("refuses a damaged line by its number", () => {
    const path = join(directory, "journal");
    appendFileSync(path, '{"a":1}\n{"b":\n{"c":3}\n');

    expect(() => replayed(path)).toThrow(`Line 2 of ${path} is damaged`);
  });

  test("does not write once closed", () => {
    const journal = openJournal(join(directory, "journal"), () => {});
    journal.close();

    expect(() => journal.append({})).toThrow("is closed");
  });
});

describe("openCatalog", () => {
  test("generations are microseconds, and increase over a clock set back and a restart", () => {
    let now = 1_700_000_000_123;
    const first = openCatalog(directory, () => now);
    const generation = first.nextGeneration();
    expect(generation).toBe(1_700_000_000_123_000);
    now -= 60_000;
    const second = first.nextGeneration();
    first.commit({ change: "generation", last: second });
    first.close();

    const reopened = openCatalog(directory, () => now);
    const third = reopened.nextGeneration();
    reopened.close();

    expect(second).toBeGreaterThan(generation);
    expect(third).toBeGreaterThan(second);
  });

  test("a start rewrites the journal without its history", () => {
    const catalog = openCatalog(directory, Date.now);
    for (let last = 1; last <= 100; last += 1) {
      catalog.commit({ change: "generation", last });
    }
    catalog.close();

    openCatalog(directory, Date.now).close();

    const lines = readFileSync(join(directory, "journal.ndjson"), "utf8").trimEnd().split("\n");
    expect(lines).toEqual(['{"change":"generation","last":100}']);
  });
});

describe("startNotifier", () => {
  const notification = {
    id: "7b1f6a0e-6c1c-4d7e-9d0c-0f6f3a1f2b11",
    topic: "projects/p/topics/t",
    data: "{}",
    attributes: { eventType: "OBJECT_FINALIZE" },
  };

  function recordWith(refusals: number) {
    const actions: string[] = [];
    let publishes = 0;
    const notifier = startNotifier({
      publish: async (topic) => {
        publishes += 1;
        if (publishes <= refusals) {
          throw new Error("unavailable");
        }
        actions.push(`publish ${topic}`);
      },
      published: () => actions.push("published"),
      sleep: async (ms) => {
        actions.push(`sleep ${ms}`);
      },
      gaveUp: () => actions.push("gave up"),
    });
    return { actions, notifier };
  }

  test("tries again with growing pauses, and records the delivery last", async () => {
    const { actions, notifier } = recordWith(3);
    notifier.send([notification]);
    await settle();

    expect(actions).toEqual([
      "sleep 100",
      "sleep 200",
      "sleep 400",
      "publish projects/p/topics/t",
      "published",
    ]);
  });

  test("gives up after twelve attempts and does not record a delivery", async () => {
    const { actions, notifier } = recordWith(Number.POSITIVE_INFINITY);
    notifier.send([notification]);
    await settle();

    expect(actions.filter((action) => action.startsWith("sleep"))).toHaveLength(11);
    expect(actions.at(-2)).toBe("sleep 10000");
    expect(actions.at(-1)).toBe("gave up");
  });

  test("stops trying when it is stopped", async () => {
    const { actions, notifier } = recordWith(1);
    notifier.send([notification]);
    await notifier.stop(1000);
    await settle();

    expect(actions).not.toContain("published");
  });

  async function settle(): Promise<void> {
    for (let turn = 0; turn < 200; turn += 1) {
      await Promise.resolve();
    }
  }
});
