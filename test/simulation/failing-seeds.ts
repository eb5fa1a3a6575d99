import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

const failingSeed = z.strictObject({
  seed: z.int().min(0),
  events: z.int().min(1),
  /** What it found, for people. */
  found: z.string(),
});

/** A run that once failed. */
export type FailingSeed = z.infer<typeof failingSeed>;

const path = join(import.meta.dirname, "failing-seeds.json");

/** The runs that once failed: each run of the simulation replays them. */
export async function readFailingSeeds(): Promise<FailingSeed[]> {
  return z.array(failingSeed).parse(JSON.parse(await readFile(path, "utf8")));
}

/** Adds runs to those that are replayed. */
export async function keepFailingSeeds(found: readonly FailingSeed[]): Promise<void> {
  const known = await readFailingSeeds();
  const isNew = ({ seed, events }: FailingSeed) =>
    !known.some((one) => one.seed === seed && one.events === events);
  await writeFile(path, `${JSON.stringify([...known, ...found.filter(isNew)], undefined, 2)}\n`);
}
