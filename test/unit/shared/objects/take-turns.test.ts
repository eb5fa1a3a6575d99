import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { takeTurns } from "../../../../shared/objects/take-turns.ts";

describe("turns", () => {
  test("are taken in order, some at a time, and given back by those that fail", async () => {
    const inTurn = takeTurns(2);
    const order: string[] = [];
    let running = 0;
    let most = 0;
    const results = await Promise.allSettled(
      ["a", "b", "c", "d", "e"].map((name) =>
        inTurn(async () => {
          running += 1;
          most = Math.max(most, running);
          order.push(name);
          await delay(2);
          running -= 1;
          if (name < "c") throw new Error(name);
          return name;
        }),
      ),
    );
    expect(order).toEqual(["a", "b", "c", "d", "e"]);
    expect(most).toBe(2);
    expect(results.map(({ status }) => status[0])).toEqual(["r", "r", "f", "f", "f"]);
  });

  test("are there again when all is done", async () => {
    const inTurn = takeTurns(1);
    expect(await inTurn(async () => "a")).toBe("a");
    expect(await inTurn(async () => "b")).toBe("b");
    const waited = [inTurn(async () => "c"), inTurn(async () => "d")];
    expect(await Promise.all(waited)).toEqual(["c", "d"]);
    expect(await inTurn(async () => "e")).toBe("e");
  });
});
