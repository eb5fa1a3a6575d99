import { expect, test } from "vitest";
import { judgeSeries } from "../../functions/detect-anomalies/judge-series.ts";
import { hasSharedData, sharedLines } from "../support/shared-data.ts";

const hourMs = 3_600_000;
/** New York in January. */
const behindUtcMs = 5 * hourMs;
/** Above that a register was set anew. */
const mostPassages = 10_000;

/** Passages in by the UTC hour, each interval spread over its hours: by code of its own. */
function passagesByHour(): Map<number, number> {
  const devices = new Map<string, [at: number, register: number][]>();
  for (const file of ["mta/240113.csv.gz", "mta/240120.csv.gz"]) {
    for (const line of sharedLines(file).slice(1)) {
      const [, ca, unit, scp, , , , date = "", time, , entries] = line.split(",");
      const [month, day, year] = date.split("/");
      const at = Date.parse(`${year}-${month}-${day}T${time}Z`) + behindUtcMs;
      const device = `${ca} ${unit} ${scp}`;
      devices.set(device, [...(devices.get(device) ?? []), [at, Number(entries)]]);
    }
  }
  const hours = new Map<number, number>();
  for (const readings of devices.values()) {
    readings.sort(([a], [b]) => a - b);
    for (const [index, [to, register]] of readings.entries()) {
      const [from, before] = readings[index - 1] ?? [to, register];
      const passages = Math.abs(register - before);
      if (passages > mostPassages || from === to) continue;
      for (let hour = Math.floor(from / hourMs); hour * hourMs < to; hour++) {
        const inHour = Math.min(to, (hour + 1) * hourMs) - Math.max(from, hour * hourMs);
        hours.set(hour, (hours.get(hour) ?? 0) + (passages * inHour) / (to - from));
      }
    }
  }
  return hours;
}

test.skipIf(!hasSharedData)(
  "of two weeks of all turnstiles only the last hour is unusual, of which most is not there",
  () => {
    const passages = passagesByHour();
    const from = Math.min(...passages.keys());
    const hours = Array.from({ length: passages.size }, (_, at) => ({
      state: "closed" as const,
      count: Math.round(passages.get(from + at) ?? 0),
      isJudged: true,
    }));
    const findings = judgeSeries({ from, hours }, from, 5.6);
    expect(
      findings.map(({ hour, state, direction }) => [
        new Date(hour * hourMs).toISOString(),
        state,
        direction,
      ]),
    ).toEqual([["2024-01-20T04:00:00.000Z", "open", "drop"]]);
  },
);
