import { signOf } from "./judge-run.ts";
import type { PlantedFault } from "./planted-fault.ts";
import { plantedFaults } from "./planted-faults.ts";
import { runSeed } from "./run-seed.ts";

/** After how many seeds a planted fault was caught, and by what; `seeds` is absent if it was not. */
export type CaughtFault = { name: string; seeds?: number; sign?: string };

/** Tries seeds `firstSeed`, `firstSeed + 1`, … on a fault until one of them catches it by its sign. */
export async function catchFault(
  fault: PlantedFault,
  { firstSeed, maxSeeds, events }: { firstSeed: number; maxSeeds: number; events: number },
): Promise<CaughtFault> {
  for (let seeds = 1; seeds <= maxSeeds; seeds++) {
    const { name, sign, seed: _, ...planted } = fault;
    const run = await runSeed({ seed: firstSeed + seeds - 1, events, ...planted });
    if (run.verdict[sign] !== 0) return { name, seeds, sign: signOf(run.verdict) };
  }
  return { name: fault.name };
}

export async function catchFaults(
  settings: Parameters<typeof catchFault>[1],
  tell: (caught: CaughtFault) => void = () => undefined,
): Promise<CaughtFault[]> {
  const all: CaughtFault[] = [];
  for (const fault of plantedFaults) {
    const caught = await catchFault(fault, settings);
    all.push(caught);
    tell(caught);
  }
  return all;
}

/** The middle of the numbers of seeds; faults that were not caught count as endless. */
export function medianSeeds(caught: readonly CaughtFault[]): number {
  const seeds = caught.map((one) => one.seeds ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  return seeds[Math.floor(seeds.length / 2)] ?? 0;
}
