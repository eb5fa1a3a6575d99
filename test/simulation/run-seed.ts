import { createRandom } from "../support/create-random.ts";
import { closeAtRest } from "./close-at-rest.ts";
import { type CountHours, countHours, printHours } from "./count-hours.ts";
import { countUnlinked } from "./count-unlinked.ts";
import { type ArchiveRules, archiveRules } from "./create-archive.ts";
import { type AskedQuery, type ClosingRules, closingRules } from "./create-closing-tables.ts";
import type { Row, Warehouse } from "./create-warehouse.ts";
import { createWorld, type Tally } from "./create-world.ts";
import { drawStorm, type Storm } from "./draw-storm.ts";
import { type FindOpenFailures, findOpenFailures } from "./find-open-failures.ts";
import type { Twists } from "./functions-under-test.ts";
import { generateInput, type Input } from "./generate-input.ts";
import { isExact, type Judgement, judgeRun } from "./judge-run.ts";
import { recountFromArchive } from "./recount-from-archive.ts";
import { failedRecords, redriveUntilQuiet, undelivered } from "./redrive-until-quiet.ts";
import type { Sightings } from "./sightings.ts";
import { allFaults, type FaultLimits } from "./weather.ts";

export type RunSettings = {
  seed: number;
  /** Lines of input. */
  events: number;
  /** Instead of the storm that the seed draws. */
  storm?: Storm;
  /** Instead of the input that the seed invents. */
  input?: Input;
  limits?: FaultLimits;
  /** Faults that are planted between the parts under test. */
  twists?: Twists;
  countHours?: CountHours;
  closingRules?: Partial<ClosingRules>;
  archiveRules?: Partial<ArchiveRules>;
  findOpen?: FindOpenFailures;
  /** Hears of each query of a closing, or of a redrive. */
  onQuery?: (query: AskedQuery) => void;
};

export type Run = Judgement &
  Tally & {
    seed: number;
    storm: Storm;
    isExact: boolean;
    /** The same for the same settings, every time. */
    traceHash: string;
    faults: readonly string[];
    /** What the storm has done. */
    sightings: Sightings;
    /** How often instances died at each suspension point. */
    deaths: ReadonlyMap<string, number>;
    /** Why deliveries failed that must not fail, in the quiet. */
    errors: string[];
    /** View `url_hours` as text. */
    hours: string;
    /** Webhooks that were taken. */
    received: number;
    /** Attempts of their senders. */
    posts: number;
    /** All rows of a table, in the order they were appended. */
    rows: Warehouse["rows"];
  };

/** More than any run needs; a run that needs more is one that never comes to rest. */
const stepsPerEvent = 300;
const minSteps = 100_000;
/** Failures are sent again in a storm, too. */
const redriveStormMs = 10 * 60_000;

const nothingWrong = {
  isClosed: true,
  staleHours: 0,
  rewrittenHours: 0,
  untoldHours: 0,
  unexportedHours: 0,
};

const isUndelivered = ({ reason }: Row): boolean =>
  reason === "retries-exhausted" || reason === "row-refused";

/**
 * One simulated run: the storm, the quiet after it, all failures sent again twice, and what came
 * of it. Depends on nothing but its settings.
 */
export async function runSeed(settings: RunSettings): Promise<Run> {
  const {
    seed,
    events,
    limits = allFaults,
    twists = {},
    countHours: count = countHours,
  } = settings;
  const storm = settings.storm ?? drawStorm(seed, createRandom(seed), events);
  // Apart from each other, so that fewer faults do not mean another input.
  const input = settings.input ?? generateInput(createRandom(seed + 0x1_0000_0000), events, storm);
  const random = createRandom(seed + 0x2_0000_0000);
  const maxSteps = minSteps + stepsPerEvent * events;
  const world = createWorld({
    storm,
    input,
    random,
    exportSeed: seed + 0x3_0000_0000,
    postSeed: seed + 0x4_0000_0000,
    limits,
    twists,
    closingRules: { ...closingRules, ...settings.closingRules },
    archiveRules: { ...archiveRules, ...settings.archiveRules },
    findOpen: settings.findOpen ?? findOpenFailures,
    onQuery: settings.onQuery ?? (() => undefined),
    maxSteps,
  });
  const { scheduler, weather, trace, warehouse, queue, errors } = world;

  for (const message of input.messages) {
    scheduler.after(message.afterMs, () => world.accept(message));
  }
  await scheduler.runUntilIdle();
  // Of what did not get through, a delete may be here and the receipt of its post not.
  const isThrough = !warehouse.rows("failed_events").some(isUndelivered);
  const hasClosings = storm.closings > 0;
  const early =
    hasClosings && isThrough && storm.outageFromMs === undefined
      ? await closeAtRest(world)
      : nothingWrong;
  scheduler.after(world.quietFromMs - scheduler.now(), () => undefined);
  await scheduler.runUntilIdle();
  weather.storms(scheduler.now() + redriveStormMs);
  // First only what the storm has left undelivered.
  const isDelivered = await redriveUntilQuiet(world, []);
  const isRedriven = await redriveUntilQuiet(world, [...failedRecords, ...undelivered]);

  const increments = warehouse.rows("url_hour_increments");
  const posts = warehouse.rows("posts");
  const tombstones = warehouse.rows("tombstones");
  const retractions = warehouse.rows("retractions");
  const first = {
    cells: count(increments, tombstones, retractions),
    rows: increments.length + tombstones.length + retractions.length,
  };
  const isRedrivenAgain = await redriveUntilQuiet(world, failedRecords);
  const isRecounted = !storm.replays || (await recountFromArchive(world, input.startMs));
  const hasNewRows = increments.length + tombstones.length + retractions.length > first.rows;
  const cells = hasNewRows ? count(increments, tombstones, retractions) : first.cells;
  const hours = printHours(cells);
  const late = hasClosings ? await closeAtRest(world) : nothingWrong;
  trace.add(hours);

  const left = queue.unacknowledged() + queue.takeParked().length + world.receiver.unanswered();
  const isAtRest =
    isDelivered && isRedriven && isRedrivenAgain && isRecounted && early.isClosed && late.isClosed;
  const judgement = judgeRun({
    input,
    accepted: world.accepted,
    loaded: world.loaded,
    received: world.received,
    hours: cells,
    posts,
    unlinked: countUnlinked({
      increments,
      tombstones,
      retractions,
      unlinked: warehouse.rows("unlinked"),
    }),
    staleHours: early.staleHours + late.staleHours,
    rewrittenHours: early.rewrittenHours + late.rewrittenHours,
    untoldHours: late.untoldHours,
    unexportedHours: late.unexportedHours,
    failedEvents: warehouse.rows("failed_events"),
    lineage: world.lineage,
    unfinished: left + (isAtRest ? 0 : 1),
    failedInQuiet: errors.length + world.receiver.refused(),
    unstable: hasNewRows && printHours(first.cells) !== hours ? 1 : 0,
  });
  return {
    ...judgement,
    seed,
    storm,
    isExact: isExact(judgement.verdict),
    traceHash: trace.hash(),
    ...world.tally,
    faults: weather.faults,
    sightings: world.sightings,
    deaths: weather.deaths,
    errors: [...new Set(errors)],
    hours,
    received: world.received.size,
    posts: world.receiver.posts(),
    rows: warehouse.rows,
  };
}
