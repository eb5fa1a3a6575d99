import type { FailureReason } from "../../shared/events/failed-event.v1.ts";
import type { World } from "./create-world.ts";
import { subscribers } from "./functions-under-test.ts";

type Failures = { stage: string; reason?: FailureReason };

/** Where records fail. */
export const failedRecords: readonly Failures[] = [
  { stage: "normalize-tweets" },
  { stage: "normalize-bluesky" },
  { stage: "normalize-mastodon" },
  { stage: "normalize-urls" },
  { stage: "bucket-hours" },
];

/** Why messages that are good do not get through. */
export const undelivered: readonly Failures[] = [
  { stage: "append-rows", reason: "row-refused" },
  ...subscribers.map(({ name: stage }) => ({ stage, reason: "retries-exhausted" }) as const),
];

const maxRounds = 20;

/**
 * Sends failures again, and then what did not get through, again and again until all of it has;
 * false when it never does.
 */
export async function redriveUntilQuiet(
  world: World,
  failures: readonly Failures[],
): Promise<boolean> {
  await redrive(world, failures);
  const redriven = () => world.sightings.get("a failed event was sent again");
  for (let round = 0; round < maxRounds; round++) {
    const before = redriven();
    const parked = resendParked(world);
    if (!(await redrive(world, undelivered))) return false;
    if (parked === 0 && redriven() === before) return true;
  }
  return false;
}

/** False when the run does not come to rest. */
async function redrive(
  { scheduler, operator }: World,
  failures: readonly Failures[],
): Promise<boolean> {
  const redriveAll = async () => {
    for (const { stage, reason } of failures) await operator.redrive(stage, reason);
  };
  const redriven = redriveAll();
  if (!(await scheduler.runUntilIdle())) return false;
  await redriven;
  return true;
}

/** Sends the dead letters again that nobody took; the number of them. */
function resendParked({ queue, lineage }: World): number {
  const parked = queue.takeParked();
  for (const { id, topic, data, attributes } of parked) {
    lineage.add(queue.accept(topic, data, attributes), id);
  }
  return parked.length;
}
