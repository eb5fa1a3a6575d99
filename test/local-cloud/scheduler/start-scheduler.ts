import { setTimeout as delay } from "node:timers/promises";
import { Cron } from "croner";

/** A job as Terraform makes it of a function with a schedule. */
export type ScheduledJob = {
  /** Name of the function. */
  name: string;
  /** Five fields of cron, in UTC. */
  schedule: string;
  url: string;
  timeoutSeconds: number;
};

/** Those of `google_cloud_scheduler_job` in terraform/scheduler.tf. */
const retries = { count: 5, minBackoffMs: 5_000, maxBackoffMs: 300_000 };

const dayMs = 86_400_000;

/**
 * Calls functions at their times, as Cloud Scheduler does: never the same one twice at once, and again
 * after a while when the answer is no 2xx. Resolves from `stop` when no call is under way any more.
 */
export function startScheduler(
  jobs: readonly ScheduledJob[],
  now: () => number = Date.now,
): { stop: () => Promise<void> } {
  const stopping = new AbortController();
  const calling = jobs.map((job) => keepCalling(job, now, stopping.signal));
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(calling);
    },
  };
}

async function keepCalling(
  job: ScheduledJob,
  now: () => number,
  signal: AbortSignal,
): Promise<void> {
  const cron = new Cron(job.schedule, { timezone: "Etc/UTC", mode: "5-part" });
  while (!signal.aborted) {
    const due = cron.nextRun(new Date(now()))?.getTime();
    if (due === undefined) return;
    // A timer does not wait for longer than 24 days.
    while (now() < due && !signal.aborted) await wait(Math.min(due - now(), dayMs), signal);
    if (!signal.aborted) await callUntilTaken(job, retries, signal);
  }
}

/** Resolves when the job is done, given up or stopped; never rejects. */
export async function callUntilTaken(
  job: ScheduledJob,
  { count, minBackoffMs, maxBackoffMs }: typeof retries,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; attempt <= count && !signal.aborted; attempt++) {
    if (await isTaken(job, signal)) return;
    if (attempt < count) await wait(Math.min(maxBackoffMs, minBackoffMs * 2 ** attempt), signal);
  }
}

const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal, ref: false }).catch(() => undefined);

async function isTaken(
  { name, url, timeoutSeconds }: ScheduledJob,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ schedule: name }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1_000)]),
    });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}
