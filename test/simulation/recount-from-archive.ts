import { urlMentions } from "../../shared/streams/url-mentions.ts";
import { hourStart, hourText, text } from "./count-hours.ts";
import type { World } from "./create-world.ts";
import { redriveUntilQuiet } from "./redrive-until-quiet.ts";

const hourMs = 3_600_000;

/**
 * Takes back all that was counted, and sends all that came again, as a person does after a faulty
 * release: in two commands, whose times meet where an object may reach over. False when the run does
 * not come to rest.
 */
export async function recountFromArchive(world: World, startMs: number): Promise<boolean> {
  const { scheduler, warehouse, queue, archive, lineage, see } = world;
  const hours = warehouse
    .rows(urlMentions.increments.table)
    .map(({ hour }) => hourStart(text(hour)));
  if (hours.length === 0) return true;
  // What landed in this very moment is not replaced.
  const end = scheduler.now() + 1;
  const now = new Date(end).toISOString();
  const retraction = {
    stream: urlMentions.name,
    hour_from: hourText(hours.reduce((least, hour) => Math.min(least, hour))),
    hour_to: hourText(hours.reduce((most, hour) => Math.max(most, hour)) + hourMs),
    landed_before: now,
    reason: "simulated",
    retracted_at: now,
  };
  scheduler.after(2, () => {
    queue.accept("append-retractions", Buffer.from(JSON.stringify(retraction)), {
      schema: "retraction.v1",
    });
  });
  if (!(await redriveUntilQuiet(world, []))) return false;
  const sent = new Set<string>();
  const middle = startMs + 5 * 60_000;
  for (const [from, to] of [
    [startMs, middle],
    [middle, end],
  ] as const) {
    for (const { topic, id, data, attributes } of await archive.replay({
      from,
      to,
      archivedUntil: to + hourMs,
    })) {
      see("a message was sent again from the archive");
      if (sent.has(id)) see("the archive had a message twice");
      sent.add(id);
      scheduler.after(1, () => lineage.add(queue.accept(topic, data, attributes), id));
    }
    if (!(await redriveUntilQuiet(world, []))) return false;
  }
  return true;
}
