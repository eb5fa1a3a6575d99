import { streams } from "../../../shared/streams/streams.ts";
import {
  billedStepSeconds,
  leastMessageBytes,
  leastTableBytes,
  listPrices,
} from "./list-prices.ts";
import type { MeasuredRun } from "./measure-tweets.ts";

/** What triggers a function and what an instance of it has, as its function.json says. */
type Resources = {
  name: string;
  trigger: { topics: readonly string[] } | { http: string };
  memory: string;
  cpu: number;
  concurrency: number;
};

/** Dollars a month by what they are paid for. */
export type MonthlyCost = Record<
  | "Pub/Sub"
  | "raw archive"
  | "Cloud Run requests"
  | "Cloud Run instances"
  | "BigQuery writes"
  | "BigQuery storage"
  | "indices"
  | "logs"
  | "alerts",
  number
>;

/** What is assumed because nothing here can measure it. */
export const assumptions = {
  /** CPU of one request for HTTP, JSON of the push envelope, gRPC and protobuf. */
  requestCpuSeconds: 0.003,
  /** How long a request waits for what it sends to be acknowledged, lingering (20 ms) included. */
  requestWaitSeconds: 0.065,
  /** Share of a busy instance's CPU that is of use. */
  utilization: 0.5,
  /** An object of the archive holds ten minutes, or this much. */
  archiveObjectBytes: 134_217_728,
  /** How often an hour is exported: when it is over, and when something late has come. */
  exportsOfAnHour: 2,
  /** Of a key with its counts, in BigQuery as in a file. */
  indexRowBytes: 80,
  /** Of an export, in Cloud Storage: its file, the manifest, a list, and a mark on what it replaces. */
  exportWrites: 4,
};

/** Conditions of alerts: each is one for all functions. */
export const alertConditions = 12;

export const monthSeconds = 30 * 24 * 3_600;
const gib = 2 ** 30;
const tib = 2 ** 40;
const million = 1_000_000;

type Price = { price: number; free: number };
export const paid = ({ price, free }: Price, units: number): number =>
  Math.max(0, units - free) * price;

/** What `tweets` a month cost, if they are like those of the measured run. */
export function computeCost(
  run: MeasuredRun,
  options: { tweets: number; functions: readonly Resources[] },
): MonthlyCost {
  const scale = options.tweets / run.tweets;
  const messageBytes = Object.values(run.messages)
    .flat()
    .reduce((total, bytes) => total + Math.max(bytes, leastMessageBytes), 0);
  const archived = (run.messages.tweets ?? []).reduce((total, bytes) => total + bytes, 0) * scale;
  const instances = options.functions.map((resources) => instanceSeconds(run, resources, scale));
  const sumOf = (pick: (one: (typeof instances)[number]) => number) =>
    instances.reduce((total, one) => total + pick(one), 0);
  const requests = sumOf((one) => one.requests);
  const archiveObjects =
    options.tweets === 0
      ? 0
      : Math.max(monthSeconds / 600, archived / assumptions.archiveObjectBytes);
  const stored = sumOfAll(Object.values(run.rowBytes)) * scale;

  return {
    "Pub/Sub": paid(listPrices.pubsubTiB, (messageBytes * scale * 2) / tib),
    "raw archive":
      paid(listPrices.archiveTiB, archived / tib) +
      paid(listPrices.storageGiB, archived / gib) +
      paid(listPrices.thousandWrites, archiveObjects / 1_000),
    "Cloud Run requests": paid(listPrices.millionRequests, requests / million),
    "Cloud Run instances":
      paid(
        listPrices.vcpuSecond,
        sumOf((one) => one.vcpuSeconds),
      ) +
      paid(
        listPrices.gibSecond,
        sumOf((one) => one.gibSeconds),
      ),
    "BigQuery writes": paid(listPrices.bigqueryWriteGiB, stored / gib),
    "BigQuery storage": paid(listPrices.bigqueryGiB, stored / gib),
    indices:
      options.tweets === 0 ? 0 : indicesCost(run.indexRows * scale * assumptions.indexRowBytes),
    // Cloud Run's own entries about acknowledged pushes are left out of the logs (monitoring.tf).
    logs: paid(listPrices.loggingGiB, sumOf((one) => one.logBytes) / gib),
    alerts: paid(listPrices.alertCondition, alertConditions),
  };
}

export const sumOfAll = (values: readonly number[]): number =>
  values.reduce((total, one) => total + one, 0);

/** Of writing the hours of a month, `bytes` all together, and of keeping them for a month. */
function indicesCost(bytes: number): number {
  const files = (monthSeconds / 3_600) * streams.flatMap(({ indices }) => indices).length;
  const exports = files * assumptions.exportsOfAnHour;
  const queried = exports * Math.max(leastTableBytes, bytes / files);
  return (
    paid(listPrices.bigqueryQueryTiB, queried / tib) +
    paid(listPrices.thousandWrites, (exports * assumptions.exportWrites) / 1_000) +
    paid(listPrices.storageGiB, bytes / gib)
  );
}

/** Dollars a month, all together. */
export const totalOf = (cost: Record<string, number>): number => sumOfAll(Object.values(cost));

type InstanceTime = { requests: number; vcpuSeconds: number; gibSeconds: number; logBytes: number };

/** How long instances of a function are billed: by time while requests are few, by CPU when many. */
export function instanceSeconds(
  run: Pick<MeasuredRun, "functions">,
  resources: Pick<Resources, "name" | "memory" | "cpu" | "concurrency">,
  scale: number,
): InstanceTime {
  const measured = Object.entries(run.functions).find(([name]) => name === resources.name)?.[1];
  if (measured === undefined) return { requests: 0, vcpuSeconds: 0, gibSeconds: 0, logBytes: 0 };
  const requests = measured.requests * scale;
  const cpuSeconds = measured.cpuSeconds * scale + requests * assumptions.requestCpuSeconds;
  const perRequest = requests === 0 ? 0 : cpuSeconds / requests + assumptions.requestWaitSeconds;
  const duration = Math.ceil(perRequest / billedStepSeconds) * billedStepSeconds;
  // An instance is billed while it has any request: those of a burst share their time.
  const bursts = measured.bursts * scale;
  const atOnce = (bursts / monthSeconds) * duration;
  const overlap = Math.min(resources.concurrency, Math.max(1, atOnce));
  const byCpu = cpuSeconds / resources.cpu / assumptions.utilization;
  const seconds = Math.max((bursts * duration) / overlap, byCpu);
  const gibOfInstance =
    Number.parseInt(resources.memory, 10) / (resources.memory.endsWith("Gi") ? 1 : 1_024);
  return {
    requests,
    vcpuSeconds: seconds * resources.cpu,
    gibSeconds: seconds * gibOfInstance,
    logBytes: measured.logBytes * scale,
  };
}
