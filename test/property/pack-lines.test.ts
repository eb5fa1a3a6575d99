import fc from "fast-check";
import { expect, test } from "vitest";
import { joinLines, packLines } from "../../shared/codec/pack-lines.ts";

test("fills messages with the lines of several lists, whatever their lengths", () => {
  const line = fc.oneof(
    fc.json(),
    fc.integer({ min: 1, max: 600_000 }).map((length) => "ü".repeat(length)),
  );
  const list = fc.oneof(
    fc.array(line, { maxLength: 4 }),
    fc.integer({ min: 0, max: 700 }).map((length) => Array.from({ length }, String)),
  );
  fc.assert(
    fc.property(fc.array(list, { maxLength: 5 }), (lists) => {
      const all = lists.flat();
      const messages = [...packLines(lists.flatMap(joinLines))];
      expect(messages.flatMap(({ data }) => data.toString().split("\n"))).toEqual(all);
      for (const [index, { data, from, to }] of messages.entries()) {
        expect(data.toString().split("\n")).toHaveLength(to - from);
        expect(to - from).toBeLessThanOrEqual(500);
        if (to - from > 1) expect(data.length).toBeLessThan(1_000_000);
        const next = all[to];
        if (index === messages.length - 1 || next === undefined || to - from === 500) continue;
        // There was no room for one more.
        expect(data.length + 1 + Buffer.byteLength(next) + 1).toBeGreaterThan(1_000_000);
      }
    }),
    { numRuns: 60 },
  );
});
