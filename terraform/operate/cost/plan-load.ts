import { assumptions, sumOfAll } from "./compute-cost.ts";
import type { MeasuredRun } from "./measure-tweets.ts";
import { quotas } from "./quotas.ts";

/** What one tweet asks of the cloud, on the mean. */
export type TweetLoad = {
  /** vCPU-seconds by function, HTTP included. */
  cpuSeconds: Record<string, number>;
  /** Of messages, as they are pushed to functions; as much is published. */
  messageBytes: number;
  /** Of rows that are appended. */
  rowBytes: number;
  /** Of rows that closing an hour reads, of the largest stream. */
  incrementBytes: number;
};

/** A limit on the way, and the tweets a second at which it is met. */
export type MetLimit = {
  limit: string;
  value: string;
  metAt: number;
  /** What to raise, or how to go on beside it. */
  remedy: string;
  source: string;
};

export type Instances = { name: string; cpu: number; maxInstances: number };

/** The load of a tweet of a measured run. */
export function loadOf(run: MeasuredRun): TweetLoad {
  const perTweet = (total: number) => total / run.tweets;
  const increments = Object.entries(run.rowBytes).filter(([table]) =>
    table.endsWith("_increments"),
  );
  return {
    cpuSeconds: Object.fromEntries(
      Object.entries(run.functions).map(([name, { cpuSeconds, requests }]) => [
        name,
        perTweet(cpuSeconds + requests * assumptions.requestCpuSeconds),
      ]),
    ),
    messageBytes: perTweet(sumOfAll(Object.values(run.messages).flat())),
    rowBytes: perTweet(sumOfAll(Object.values(run.rowBytes))),
    incrementBytes: perTweet(Math.max(...increments.map(([, bytes]) => bytes))),
  };
}

/** Every limit on the way of a tweet that its rate can meet, the one that is met first at the top. */
export function planLoad(load: TweetLoad, functions: readonly Instances[]): MetLimit[] {
  const own = functions.flatMap(({ name, cpu, maxInstances }): MetLimit[] => {
    const cpuSeconds = load.cpuSeconds[name];
    if (cpuSeconds === undefined) return [];
    return [
      {
        limit: `instances of ${name}`,
        value: `${maxInstances}, ours`,
        metAt: (maxInstances * cpu * assumptions.utilization) / cpuSeconds,
        remedy: `raise \`functions = { ${name} = { max_instances = … } }\``,
        source: `functions/${name}/function.json`,
      },
    ];
  });
  const vcpus = sumOfAll(Object.values(load.cpuSeconds)) / assumptions.utilization;
  const appenders = (load.cpuSeconds["append-rows"] ?? 0) / assumptions.utilization;
  const uses: Record<keyof typeof quotas, number> = {
    regionCpus: vcpus,
    pushBytes: load.messageBytes,
    publishBytes: load.messageBytes,
    writeBytes: load.rowBytes,
    writeConnections: appenders * quotas.writeConnections.tables,
    closingBytes: load.incrementBytes * 3_600,
    slots: (load.incrementBytes * quotas.slots.readings) / quotas.slots.bytesPerSecond,
  };
  const theirs = Object.entries(quotas).map(([name, quota]): MetLimit => {
    const use = Object.entries(uses).find(([key]) => key === name)?.[1] ?? 0;
    return { ...quota, metAt: quota.most / use };
  });
  return [...own, ...theirs].toSorted((a, b) => a.metAt - b.metAt);
}
