const formats = new Map<string, Intl.DateTimeFormat>();
const offsetPattern = /^([+-])(\d{1,2})(?::(\d{2}))?$/;

/** Whether it is a name of the tz database or an offset from UTC. */
export function isTimeZone(zone: string): boolean {
  const offset = offsetPattern.exec(zone);
  if (offset) return Number(offset[2]) <= 14 && Number(offset[3] ?? 0) < 60;
  try {
    formatOf(zone);
    return !/^[+-]/.test(zone);
  } catch {
    return false;
  }
}

/** How far a zone's clocks are ahead of UTC at an instant, both in µs. */
export function offsetAt(instant: bigint, zone: string): bigint {
  if (zone === "UTC") return 0n;
  const offset = offsetPattern.exec(zone);
  if (offset) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3] ?? 0);
    return BigInt(minutes) * (offset[1] === "-" ? -60_000_000n : 60_000_000n);
  }
  const seconds = floorDivide(instant, 1_000_000n);
  const parts = formatOf(zone).formatToParts(new Date(Number(seconds) * 1000));
  const read = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const year = parts.some((part) => part.type === "era" && part.value === "BC")
    ? 1 - read("year")
    : read("year");
  const civil = new Date(0);
  civil.setUTCFullYear(year, read("month") - 1, read("day"));
  civil.setUTCHours(read("hour"), read("minute"), read("second"));
  return (BigInt(civil.getTime()) / 1000n - seconds) * 1_000_000n;
}

/** The instant at which a zone's clocks show a time; of two, the earlier. All in µs. */
export function toInstant(civil: bigint, zone: string): bigint {
  const day = 86_400_000_000n;
  const before = civil - offsetAt(civil - day, zone);
  if (before + offsetAt(before, zone) === civil) return before;
  const after = civil - offsetAt(civil + day, zone);
  // A time that the clocks skip is told with the offset before.
  return after + offsetAt(after, zone) === civil ? after : before;
}

export function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    calendar: "gregory",
    hourCycle: "h23",
    era: "short",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(zone, format);
  return format;
}
