import type { Equivalent } from "./equivalents.ts";

/** A place in a file; lines and columns count from 1. */
type Position = { line: number; column: number };

/** A fault that was planted, and what became of it. */
export type Mutant = {
  fileName: string;
  location: { start: Position; end: Position };
  replacement?: string | undefined;
  /** As the mutation testing report schema has it. */
  status: string;
};

/** Of one file: faults that a test told, that are none, and that nothing told. */
type Count = { told: number; excused: number; untold: number };

export type Judgement = {
  files: ReadonlyMap<string, Count>;
  /** What nothing told: where, and what was changed into what. */
  untold: readonly string[];
  /** Equivalents of these files that are none: told by a test now, or no code any more. */
  stale: readonly Equivalent[];
};

/**
 * What tests are worth, by the faults that were planted. Those that did not run at all count for
 * nothing. `readSource` gives the text of a file.
 */
export function judgeMutants(
  mutants: readonly Mutant[],
  equivalents: readonly Equivalent[],
  readSource: (file: string) => string,
): Judgement {
  const files = new Map<string, Count>();
  const untold: string[] = [];
  const used = new Set<Equivalent>();
  for (const mutant of mutants.toSorted(byPlace)) {
    const { fileName: file, status, replacement = "" } = mutant;
    const count = files.get(file) ?? { told: 0, excused: 0, untold: 0 };
    files.set(file, count);
    if (status === "Killed") count.told += 1;
    if (status !== "Timeout" && status !== "Survived" && status !== "NoCoverage") continue;
    const was = onOneLine(cut(readSource(file), mutant.location));
    const becomes = onOneLine(replacement);
    const excuse = equivalents.find(
      (one) => one.file === file && one.was === was && one.becomes === becomes,
    );
    if (excuse !== undefined) {
      // What is only slower may run out of time on a busy machine.
      count.excused += 1;
      used.add(excuse);
    } else if (status === "Timeout") {
      count.told += 1;
    } else {
      count.untold += 1;
      untold.push(`${file}:${mutant.location.start.line}  ${was}  →  ${becomes}`);
    }
  }
  const stale = equivalents.filter((one) => files.has(one.file) && !used.has(one));
  return { files, untold, stale };
}

const byPlace = (a: Mutant, b: Mutant): number =>
  a.fileName.localeCompare(b.fileName, "en") || a.location.start.line - b.location.start.line;

/** Percentage of the faults that a test told; 100 where there are none. */
export function scoreOf(counts: Iterable<Count>): number {
  let told = 0;
  let all = 0;
  for (const count of counts) {
    told += count.told;
    all += count.told + count.untold;
  }
  return all === 0 ? 100 : (100 * told) / all;
}

function cut(source: string, { start, end }: Mutant["location"]): string {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  const last = lines.length - 1;
  lines[last] = lines[last]?.slice(0, end.column - 1) ?? "";
  lines[0] = lines[0]?.slice(start.column - 1) ?? "";
  return lines.join("\n");
}

const mostLength = 120;

/** A change of a whole block is told by how it begins. */
function onOneLine(code: string): string {
  const line = code.replaceAll(/\s+/g, " ").trim();
  return line.length > mostLength ? `${line.slice(0, mostLength)} …` : line;
}
