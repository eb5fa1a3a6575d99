import { expect, test } from "vitest";
import { createRandom, type Random } from "../support/create-random.ts";
import { countHours } from "./count-hours.ts";
import { calm } from "./draw-storm.ts";
import { generateInput, type Input, type InputMessage } from "./generate-input.ts";
import { plantedFaults } from "./planted-faults.ts";
import { runSeed } from "./run-seed.ts";

const orders = 100;
const storm = { ...calm, lateEvents: 0.3, repeats: 0.3 };
const input = generateInput(createRandom(99), 120, storm);
/** The lines of each topic, those of each server apart. */
const lines = [
  ...Map.groupBy(
    input.messages,
    ({ topic, attributes }) => `${topic} ${attributes?.server}`,
  ).values(),
].flatMap((together) => {
  const [first] = together;
  if (first === undefined) return [];
  const { topic, attributes } = first;
  const texts = together
    .flatMap(({ data }) => data.toString().split("\n"))
    .filter((line) => line.trim() !== "");
  return [{ topic, ...(attributes !== undefined && { attributes }), texts }];
});

/** The same lines in another order, in other messages, at other times. */
function repack(random: Random): Input {
  const messages = lines.flatMap(({ texts, ...where }) => {
    const left = shuffle(random, texts);
    const packed: InputMessage[] = [];
    const most = random.pick([1, 5, 40, 120]);
    while (left.length > 0) {
      const data = Buffer.from(left.splice(0, 1 + random.below(most)).join("\n"));
      packed.push({ ...where, afterMs: random.below(20), data, receipts: [], failures: [] });
    }
    return packed;
  });
  return { ...input, messages: shuffle(random, messages) };
}

function shuffle<Item>(random: Random, items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, order: random.fraction() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}

test(`${orders} orders and packings of one input give the same view, byte for byte`, {
  timeout: 300_000,
}, async () => {
  const asTold = await runSeed({ seed: 1, events: 0, storm, input });
  expect(asTold.isExact).toBe(true);
  expect(asTold.hours.split("\n").length).toBeGreaterThan(20);
  for (let seed = 1; seed <= orders; seed++) {
    const random = createRandom(seed);
    const shuffled = { ...storm, shuffleMs: random.pick([0, 5, 60_000]) };
    const run = await runSeed({ seed, events: 0, storm: shuffled, input: repack(random) });
    expect(run.hours, `order ${seed}`).toBe(asTold.hours);
  }
});

test("a view that depends on the order is found out", async () => {
  const planted = plantedFaults.find(({ name }) => name === "shows the label that came last");
  const count = planted?.countHours ?? countHours;
  const views = new Set<string>();
  for (let seed = 1; seed <= 20; seed++) {
    const shuffled = repack(createRandom(seed));
    views.add(
      (await runSeed({ seed, events: 0, storm, input: shuffled, countHours: count })).hours,
    );
  }
  expect(views.size).toBeGreaterThan(1);
});
