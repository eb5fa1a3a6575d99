import type { FailureReason } from "../../shared/events/failed-event.v1.ts";
import { createRandom } from "../producer/create-random.ts";
import { createCallPort } from "./call-port.ts";
import { type CountHours, countHours, printHours } from "./count-hours.ts";
import { createFleet, type Fleet } from "./create-fleet.ts";
import { createLoader } from "./create-loader.ts";
import { createOperator, type Operator } from "./create-operator.ts";
import { createQueue } from "./create-queue.ts";
import { createScheduler } from "./create-scheduler.ts";
import { createTrace } from "./create-trace.ts";
import { createWarehouse, type Warehouse } from "./create-warehouse.ts";
import { drawStorm, outageMs, type Storm } from "./draw-storm.ts";
import { type FunctionName, subscribers, type Twists } from "./functions-under-test.ts";
import { expectLoaded, generateInput, type Input, type InputMessage } from "./generate-input.ts";
import type { LandedObject } from "./invent-objects.ts";
import { earlyMs } from "./invent-records.ts";
import { isExact, type Judgement, judgeRun } from "./judge-run.ts";
import { createLineage } from "./lineage.ts";
import { allFaults, createWeather, type FaultLimits } from "./weather.ts";

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
};

export type Run = Judgement & {
  seed: number;
  storm: Storm;
  isExact: boolean;
  /** The same for the same settings, every time. */
  traceHash: string;
  /** Events that were handed to handlers; one event in two messages, or delivered twice, is two. */
  deliveries: number;
  /** Messages that were handed to handlers. */
  messages: number;
  /** Of those, while another live handler had the same message in hand. */
  overlaps: number;
  /** Things that happened, one after the other. */
  steps: number;
  /** Failed events that were sent again after the storm. */
  redriven: number;
  faults: readonly string[];
  /** How often instances died at each suspension point. */
  deaths: ReadonlyMap<string, number>;
  /** Why deliveries failed that must not fail, in the quiet. */
  errors: string[];
  /** View `url_hours` as text. */
  hours: string;
  /** All rows of a table, in the order they were appended. */
  rows: Warehouse["rows"];
};

const hourMs = 3_600_000;
/** More than any run needs; a run that needs more is one that never comes to rest. */
const stepsPerEvent = 300;
const minSteps = 100_000;
const maxRounds = 20;
/** Failures are sent again in a storm, too. */
const redriveStormMs = 10 * 60_000;

/**
 * One simulated run: the storm, the quiet after it, all failures sent again twice, and what came
 * of it. Depends on nothing but its settings.
 */
export async function runSeed(settings: RunSettings): Promise<Run> {
  const { seed, events, twists = {} } = settings;
  const storm = settings.storm ?? drawStorm(seed, createRandom(seed), events);
  // Apart from each other, so that fewer faults do not mean another input.
  const input = settings.input ?? generateInput(createRandom(seed + 0x1_0000_0000), events, storm);
  const random = createRandom(seed + 0x2_0000_0000);
  const scheduler = createScheduler(input.startMs);
  const trace = createTrace(false);
  const lastInputMs = input.startMs + Math.max(0, ...input.messages.map(({ afterMs }) => afterMs));
  const outage = outageOf(storm, input.startMs);
  const stormEndsMs = Math.max(lastInputMs + 6 * hourMs, (outage?.toMs ?? 0) + hourMs);
  const weather = createWeather({
    storm,
    random,
    now: scheduler.now,
    stormEndsMs,
    outage,
    limits: settings.limits ?? allFaults,
  });
  const warehouse = createWarehouse(random, weather);
  const lineage = createLineage();
  const accepted = new Map<string, InputMessage>();
  const errors: string[] = [];
  const fleets = new Map<string, Fleet>();
  const tally = { deliveries: 0, messages: 0, overlaps: 0, redriven: 0 };

  const queue = createQueue({
    subscribers,
    scheduler,
    random,
    weather,
    trace,
    deliver: (message) => {
      tally.messages += 1;
      tally.deliveries += message.events;
      return fleets.get(message.topic)?.deliver(message);
    },
    onForwarded: (id, as) => lineage.add(as, id),
  });
  const callPort = createCallPort({ scheduler, random, weather, trace });
  const operator = createOperator({
    scheduler,
    callPort,
    warehouse,
    accept: (topic, data, attributes, failed) => {
      const id = queue.accept(topic, data, attributes);
      if (failed === undefined) return;
      tally.redriven += 1;
      const isWhole = failed.position === "message";
      lineage.add(id, String(failed.message_id), isWhole ? undefined : String(failed.position));
    },
  });
  const onError = (error: unknown) => {
    if (weather.isQuiet()) errors.push(explain(error));
  };
  const onOverlap = () => {
    tally.overlaps += 1;
  };
  const world = { scheduler, random, weather, trace, queue, twists, onOverlap, onError };
  const loaded = new Map<string, Set<string>>();
  const acceptLoaded = (object: LandedObject, id: string, data: Buffer) => {
    accepted.set(id, expectLoaded(object, data));
    const lines = loaded.get(object.name) ?? new Set();
    for (const line of data.toString().split("\n")) lines.add(line);
    loaded.set(object.name, lines);
  };
  const startFleet = (name: FunctionName): Fleet => {
    if (name !== "load-object") {
      return createFleet({ ...world, name, size: 2 + random.below(2), callPort, warehouse });
    }
    return createLoader({
      ...world,
      objects: input.objects,
      accept: ({ topic, data, attributes }) => {
        const id = queue.accept(topic, data, attributes);
        const object = input.objects.find((one) => one.name === attributes.object);
        if (object !== undefined) acceptLoaded(object, id, data);
      },
    });
  };
  for (const { name, topics } of subscribers) {
    const fleet = startFleet(name);
    for (const topic of topics) fleets.set(topic, fleet);
  }

  const attributes = { source: "simulated" };
  for (const message of input.messages) {
    scheduler.after(message.afterMs, () => {
      const id = queue.accept(message.topic, message.data, message.attributes ?? attributes);
      accepted.set(id, message);
    });
  }
  const maxSteps = minSteps + stepsPerEvent * events;
  let isIdle = await scheduler.runUntilIdle(maxSteps);

  const settle = async (work: Promise<unknown> = Promise.resolve()) => {
    isIdle &&= await scheduler.runUntilIdle(maxSteps - scheduler.steps());
    if (isIdle) await work;
  };
  let isDelivered = true;
  /** What did not get through, again and again until all of it has. */
  const redriveUndelivered = async () => {
    for (let round = 0; round < maxRounds && isIdle; round++) {
      const parked = queue.takeParked();
      for (const { id, topic, data, attributes } of parked) {
        lineage.add(queue.accept(topic, data, attributes), id);
      }
      const before = tally.redriven;
      await settle(redriveAll(operator, undelivered));
      if (parked.length === 0 && tally.redriven === before) return;
    }
    isDelivered = false;
  };

  const quietMs = Math.max(stormEndsMs, lastInputMs + earlyMs) + 2 * hourMs;
  scheduler.after(quietMs - scheduler.now(), () => undefined);
  await settle();
  weather.storms(scheduler.now() + redriveStormMs);
  await redriveUndelivered();
  await settle(redriveAll(operator, [...stages, ...undelivered]));
  await redriveUndelivered();

  const count = settings.countHours ?? countHours;
  const increments = warehouse.rows("url_hour_increments");
  const tweets = warehouse.rows("tweets");
  const before = { cells: count(increments, tweets), rows: increments.length + tweets.length };
  await settle(redriveAll(operator, stages));
  await redriveUndelivered();
  const hasNewRows = increments.length + tweets.length > before.rows;
  const cells = hasNewRows ? count(increments, tweets) : before.cells;
  const hours = printHours(cells);
  trace.add(hours);

  const judgement = judgeRun({
    failedInQuiet: errors.length,
    input,
    accepted,
    loaded,
    hours: cells,
    tweets: warehouse.rows("tweets"),
    failedEvents: warehouse.rows("failed_events"),
    lineage,
    unfinished:
      queue.unacknowledged() + queue.takeParked().length + (isIdle && isDelivered ? 0 : 1),
    unstable: hasNewRows && printHours(before.cells) !== hours ? 1 : 0,
  });
  return {
    ...judgement,
    seed,
    storm,
    isExact: isExact(judgement.verdict),
    traceHash: trace.hash(),
    ...tally,
    steps: scheduler.steps(),
    faults: weather.faults,
    deaths: weather.deaths,
    errors: [...new Set(errors)],
    hours,
    rows: warehouse.rows,
  };
}

/** Where records fail, and why messages that are good do not get through. */
const stages = ["normalize-tweets", "bucket-hours"].map((stage) => ({ stage }));
const undelivered = [
  { stage: "append-rows", reason: "row-refused" },
  ...subscribers.map(({ name: stage }) => ({ stage, reason: "retries-exhausted" }) as const),
] as const;

async function redriveAll(
  operator: Operator,
  failures: readonly { stage: string; reason?: FailureReason }[],
): Promise<void> {
  for (const { stage, reason } of failures) await operator.redrive(stage, reason);
}

const outageOf = ({ outageFromMs }: Storm, startMs: number) =>
  outageFromMs === undefined
    ? undefined
    : { fromMs: startMs + outageFromMs, toMs: startMs + outageFromMs + outageMs };

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${explain(error.cause)}`;
}
