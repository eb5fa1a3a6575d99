import { gzipSync, zstdCompressSync } from "node:zlib";
import { urlMentions } from "../../shared/streams/url-mentions.ts";
import { createRandom, type Random } from "../support/create-random.ts";
import { plainData } from "../support/plain-data.ts";
import { createCallPort } from "./call-port.ts";
import { type Archive, type ArchiveRules, createArchive } from "./create-archive.ts";
import { type Closer, createCloser } from "./create-closer.ts";
import {
  type AskedQuery,
  type ClosingRules,
  type ClosingTables,
  createClosingTables,
} from "./create-closing-tables.ts";
import { createExporter, type Exporter } from "./create-exporter.ts";
import { createFleet, type Fleet } from "./create-fleet.ts";
import { createLoader, type Sent } from "./create-loader.ts";
import { createOperator, type Operator } from "./create-operator.ts";
import { createQueue, type Queue } from "./create-queue.ts";
import { createReceiver, type Receiver } from "./create-receiver.ts";
import { createScheduler, type Scheduler } from "./create-scheduler.ts";
import { createTrace, type Trace } from "./create-trace.ts";
import { createWarehouse, type Warehouse } from "./create-warehouse.ts";
import { outageMs, type Storm, smallLimits } from "./draw-storm.ts";
import type { FindOpenFailures } from "./find-open-failures.ts";
import { type FunctionName, subscribers, type Twists } from "./functions-under-test.ts";
import { expectLoaded, expectReceived, type Input, type InputMessage } from "./generate-input.ts";
import { earlyMs } from "./invent-records.ts";
import { createLineage, type Lineage } from "./lineage.ts";
import { createLookout, type See, type Sightings } from "./sightings.ts";
import { watchClosings } from "./watch-closings.ts";
import { createWeather, type FaultLimits, type Weather } from "./weather.ts";

/** The functions under test, all that is around them, and what has been seen of them. */
export type World = {
  scheduler: Scheduler;
  weather: Weather;
  trace: Trace;
  queue: Queue;
  warehouse: Warehouse;
  operator: Operator;
  closer: Closer;
  exporter: Exporter;
  archive: Archive;
  receiver: Receiver;
  closingTables: ClosingTables;
  lineage: Lineage;
  /** When the storm is over, and no event is early any more; ms since 1970. */
  quietFromMs: number;
  /** Takes a message of the input. */
  accept: (message: InputMessage) => void;
  /** Messages of the input, and of its objects, by the id they were accepted under. */
  accepted: ReadonlyMap<string, InputMessage>;
  /** Lines that were published of each object, by its name. */
  loaded: ReadonlyMap<string, ReadonlySet<string>>;
  /** Ids of the webhooks that were published. */
  received: ReadonlySet<string>;
  tally: Readonly<Tally>;
  see: See;
  /** What the storm has done. */
  sightings: Sightings;
  /** Why deliveries failed that must not fail, in the quiet. */
  errors: readonly string[];
};

export type Tally = {
  /** Events that were handed to handlers; one event in two messages, or delivered twice, is two. */
  deliveries: number;
  /** Messages that were published, each once. */
  published: number;
  /** Messages that were handed to handlers. */
  messages: number;
  /** Requests with rows for the warehouse. */
  appends: number;
};

const hourMs = 3_600_000;
const inputAttributes = { source: "simulated" };

/** Of the appends that a closing may begin in, how many it does. */
const closingDuringAppend = 0.2;
/** Well within the time that append-rows waits for an answer. */
const slowAppendMs = 15_000;

type Encoded = { data: Buffer; attributes?: Record<string, string> };
const plain = (data: Buffer): Encoded => ({ data });
/** Producers compress as they like; which one does is not drawn, so that inputs stay as they are. */
const encodings: readonly ((data: Buffer) => Encoded)[] = [
  plain,
  (data) => ({ data: gzipSync(data), attributes: { "content-encoding": "gzip" } }),
  (data) => ({ data: zstdCompressSync(data), attributes: { "content-encoding": "zstd" } }),
];

export function createWorld(settings: {
  storm: Storm;
  input: Input;
  random: Random;
  /** Of what happens to the exporter of closed hours. */
  exportSeed: number;
  /** Of those who post webhooks. */
  postSeed: number;
  limits: FaultLimits;
  /** Faults that are planted between the parts under test. */
  twists: Twists;
  closingRules: ClosingRules;
  archiveRules: ArchiveRules;
  findOpen: FindOpenFailures;
  /** Hears of each query of a closing. */
  onQuery: (query: AskedQuery) => void;
  maxSteps: number;
}): World {
  const { storm, input, random, limits, twists } = settings;
  const { outage, stormEndsMs, quietFromMs } = planTimes(storm, input);
  const scheduler = createScheduler(input.startMs, settings.maxSteps);
  const trace = createTrace();
  const { now } = scheduler;
  const weather = createWeather({ storm, random, now, stormEndsMs, outage, limits });
  const { see, sightings } = createLookout();
  const warehouse = createWarehouse(
    random,
    weather,
    see,
    storm.smallLimits ? smallLimits.append : undefined,
  );
  const lineage = createLineage();
  const archive = createArchive(random, settings.archiveRules);
  const callPort = createCallPort({ scheduler, random, weather, trace, see });
  const accepted = new Map<string, InputMessage>();
  const loaded = new Map<string, Set<string>>();
  const received = new Set<string>();
  const errors: string[] = [];
  const tally: Tally = {
    deliveries: 0,
    published: 0,
    messages: 0,
    appends: 0,
  };
  const fleets = new Map<string, Fleet>();

  const queue = createQueue({
    subscribers,
    scheduler,
    random,
    weather,
    trace,
    see,
    deliver: (message) => {
      tally.messages += 1;
      tally.deliveries += message.events;
      return fleets.get(message.topic)?.deliver(message);
    },
    onAccepted: (message) => {
      tally.published += 1;
      if (storm.replays) archive.keep(message);
    },
    onForwarded: (id, as) => lineage.add(as, id),
  });

  const watch = watchClosings(see, now);
  const onQuery = (query: AskedQuery): void => {
    settings.onQuery(query);
    watch.onQuery(query);
  };

  const operator = createOperator({
    scheduler,
    callPort,
    warehouse,
    findOpen: settings.findOpen,
    onFind: (asked, answer) =>
      onQuery({ query: "findFailures", asked, answer, rows: warehouse.rowCounts() }),
    accept: (topic, data, attributes, failed) => {
      const id = queue.accept(topic, data, attributes);
      if (failed === undefined) return;
      see("a failed event was sent again");
      if (Number(failed.parts) > 1) see("a failed event was sent again in parts");
      const isWhole = failed.position === "message";
      lineage.add(id, String(failed.message_id), isWhole ? undefined : String(failed.position));
    },
  });

  const closingTables = createClosingTables(warehouse, settings.closingRules, onQuery);
  const exporter = createExporter({
    scheduler,
    random: createRandom(settings.exportSeed),
    isQuiet: weather.isQuiet,
    countRows: (hour, revision) =>
      closingTables.cells.filter((one) => one.hour === hour && one.revision === revision).length,
    see,
    twists,
  });
  const closer = createCloser({
    scheduler,
    random,
    weather,
    callPort,
    tables: closingTables,
    accept: queue.accept,
    onTold: exporter.deliver,
    see,
    twists,
  });
  const close = () => void closer.close();
  for (let count = 1; count <= storm.closings; count++) {
    scheduler.after(count * storm.closeEveryMs, () => {
      close();
      if (random.chance(storm.twoClosers)) scheduler.after(random.below(20), close);
    });
  }
  let { closingsDuringAppends } = storm;
  const onAppend = (table: string): number => {
    tally.appends += 1;
    if (closingsDuringAppends === 0 || table !== urlMentions.increments.table) return 0;
    if (!random.chance(closingDuringAppend)) return 0;
    closingsDuringAppends -= 1;
    scheduler.after(1 + random.below(1_000), close);
    return 1_000 + random.below(slowAppendMs);
  };

  const append: Warehouse["append"] = (table, rows, landedMs) => {
    const refused = warehouse.append(table, rows, landedMs);
    watch.onLanded(table, landedMs);
    return refused;
  };

  const acceptLoaded = ({ topic, data, attributes }: Sent) => {
    const id = queue.accept(topic, data, attributes);
    const object = input.objects.find(({ name }) => name === attributes.object);
    if (object === undefined) return;
    const content = plainData(data, attributes);
    accepted.set(id, expectLoaded(object, content));
    const lines = loaded.get(object.name) ?? new Set();
    for (const line of content.toString().split("\n")) lines.add(line);
    loaded.set(object.name, lines);
  };

  const receiver = createReceiver({
    scheduler,
    random: createRandom(settings.postSeed),
    weather,
    trace,
    callPort,
    accept: (topic, data, attributes) => {
      const id = queue.accept(topic, data, attributes);
      const line = plainData(data, attributes).toString();
      for (const webhook of input.webhooks) {
        if (webhook.record.line !== line) continue;
        received.add(webhook.id);
        if (!webhook.isForged) accepted.set(id, expectReceived(webhook));
      }
      return id;
    },
    see,
    twists,
  });
  for (const webhook of input.webhooks) {
    scheduler.after(webhook.afterMs, () => receiver.post(webhook));
  }

  const startFleet = (name: FunctionName): Fleet => {
    const around = {
      scheduler,
      random,
      weather,
      trace,
      queue,
      see,
      twists,
      onError: (error: unknown) => {
        if (weather.isQuiet()) errors.push(explain(error));
      },
    };
    return name === "load-object"
      ? createLoader({ ...around, objects: input.objects, accept: acceptLoaded })
      : createFleet({
          ...around,
          name,
          size: 2 + random.below(2),
          callPort,
          warehouse: { ...warehouse, append },
          onAppend,
        });
  };
  for (const { name, topics } of subscribers) {
    const fleet = startFleet(name);
    for (const topic of topics) fleets.set(topic, fleet);
  }

  return {
    scheduler,
    weather,
    trace,
    queue,
    warehouse,
    operator,
    closer,
    exporter,
    archive,
    receiver,
    closingTables,
    lineage,
    quietFromMs,
    accept: (message) => {
      const { topic, attributes = inputAttributes } = message;
      const encode = encodings[accepted.size % encodings.length] ?? plain;
      // What is compressed of nothing is one of the messages that cannot be read.
      const isAsItIs = "content-encoding" in attributes || message.data.length === 0;
      const sent = isAsItIs ? message : encode(message.data);
      accepted.set(queue.accept(topic, sent.data, { ...attributes, ...sent.attributes }), message);
    },
    accepted,
    loaded,
    received,
    tally,
    see,
    sightings,
    errors,
  };
}

function planTimes({ outageFromMs }: Storm, { startMs, messages, webhooks }: Input) {
  const lastInputMs =
    startMs + Math.max(0, ...[...messages, ...webhooks].map(({ afterMs }) => afterMs));
  const outage =
    outageFromMs === undefined
      ? undefined
      : { fromMs: startMs + outageFromMs, toMs: startMs + outageFromMs + outageMs };
  const stormEndsMs = Math.max(lastInputMs + 6 * hourMs, (outage?.toMs ?? 0) + hourMs);
  const quietFromMs = Math.max(stormEndsMs, lastInputMs + earlyMs) + 2 * hourMs;
  return { outage, stormEndsMs, quietFromMs };
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${explain(error.cause)}`;
}
