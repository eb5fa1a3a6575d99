import type { Effort, Measurement } from "./measurement.ts";

type Bench = {
  /** Loaded by the process that runs it. Empty where what it needs is not on this machine. */
  load: () => Promise<(effort: Effort) => Promise<Measurement[]>>;
  /** What it usually takes on two cores, for the bar. */
  seconds: number;
  /** The same in a quick run; left out of one where it is absent. */
  quickSeconds?: number;
};

/** Each runs in a process of its own, in this order. */
export const benches: Record<string, Bench> = {
  urls: {
    load: async () => (await import("./bench-urls.ts")).benchUrls,
    seconds: 25,
    quickSeconds: 25,
  },
  normalize: {
    load: async () => (await import("./bench-normalize.ts")).benchNormalize,
    seconds: 15,
    quickSeconds: 8,
  },
  sources: {
    load: async () => (await import("./bench-sources.ts")).benchSources,
    seconds: 15,
    quickSeconds: 8,
  },
  streams: {
    load: async () => (await import("./bench-streams.ts")).benchStreams,
    seconds: 40,
    quickSeconds: 10,
  },
  objects: {
    load: async () => (await import("./bench-objects.ts")).benchObjects,
    seconds: 15,
    quickSeconds: 10,
  },
  "hot-path": {
    load: async () => (await import("./bench-hot-path.ts")).benchHotPath,
    seconds: 30,
    quickSeconds: 15,
  },
  codec: {
    load: async () => (await import("./bench-codec.ts")).benchCodec,
    seconds: 40,
    quickSeconds: 20,
  },
  http: {
    load: async () => (await import("./bench-http.ts")).benchHttp,
    seconds: 40,
    quickSeconds: 25,
  },
  webhook: {
    load: async () => (await import("./bench-webhook.ts")).benchWebhook,
    seconds: 60,
    quickSeconds: 20,
  },
  "cold-start": {
    load: async () => (await import("./bench-cold-start.ts")).benchColdStart,
    seconds: 120,
    quickSeconds: 60,
  },
  anomalies: {
    load: async () => (await import("./bench-anomalies.ts")).benchAnomalies,
    seconds: 30,
    quickSeconds: 30,
  },
  "append-memory": {
    load: async () => (await import("./bench-append-memory.ts")).benchAppendMemory,
    seconds: 120,
  },
  "load-object": {
    load: async () => (await import("./bench-load-object.ts")).benchLoadObject,
    seconds: 120,
  },
  redrive: {
    load: async () => (await import("./bench-redrive.ts")).benchRedrive,
    seconds: 60,
  },
  "end-to-end": {
    load: async () => (await import("./bench-end-to-end.ts")).benchEndToEnd,
    seconds: 60,
    quickSeconds: 60,
  },
  "local-run": {
    load: async () => (await import("./bench-local-run.ts")).benchLocalRun,
    seconds: 180,
  },
  naive: {
    load: async () => (await import("./bench-naive.ts")).benchNaive,
    seconds: 120,
    quickSeconds: 60,
  },
  growth: {
    load: async () => (await import("./bench-growth.ts")).benchGrowth,
    seconds: 120,
    quickSeconds: 60,
  },
  closing: {
    load: async () => (await import("./bench-closing.ts")).benchClosing,
    seconds: 120,
  },
  dashboard: {
    load: async () => (await import("./bench-dashboard.ts")).benchDashboard,
    seconds: 120,
  },
};
