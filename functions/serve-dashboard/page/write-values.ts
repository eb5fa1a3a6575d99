const hourMs = 3_600_000;

// Making a format takes longer than all else that a row of a table does.
const numbers = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const compactNumbers = new Intl.NumberFormat("en", {
  notation: "compact",
  maximumFractionDigits: 1,
});

export const writeNumber = (n: number): string => numbers.format(n);
/** `12K` for 12,345: where there is little room. */
export const writeCompact = (n: number): string => compactNumbers.format(n);

export const writeCount = (n: number, one: string, many = `${one}s`): string =>
  `${writeNumber(n)} ${n === 1 ? one : many}`;

/** Whether times are told in UTC, by which everything is counted, or as on the reader's clock. */
export type Zone = "UTC" | "local";

const shortDay = { weekday: "short", day: "numeric", month: "short" } as const;

export const writeClock = writer({ hour: "2-digit", minute: "2-digit" });
export const writeShortDay = writer(shortDay);
const writeDay = writer({ ...shortDay, year: "numeric" });
export const writeTime = (at: string, zone: Zone): string =>
  `${writeShortDay(at, zone)}, ${writeClock(at, zone)}`;

/** A range of hours: `Wed, 3 Jul 2019, 04:00–07:00`, or both days where it spans several. */
export function writeRange(from: string, to: string, zone: Zone): string {
  const last = new Date(Date.parse(to) - 1).toISOString();
  const isOneDay = writeDay(from, zone) === writeDay(last, zone);
  const end = `${isOneDay ? "" : `${writeDay(to, zone)}, `}${writeClock(to, zone)}`;
  return `${writeDay(from, zone)}, ${writeClock(from, zone)}–${end}`;
}

/** How long ago something was: `12 s`, `4 min`, `3 h`, `2 d`. */
export const writeAge = (at: string, now: number): string =>
  writeDuration(Math.max(0, Math.round((now - Date.parse(at)) / 1_000)));

/** `0.3 s`, `12 s`, `4 min`, `3 h`, `2 d`. */
export function writeDuration(seconds: number): string {
  if (seconds < 90) return `${writeNumber(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  return seconds < 48 * 3_600
    ? `${Math.round(seconds / 3_600)} h`
    : `${Math.round(seconds / 86_400)} d`;
}

/** How fast something rises against as many hours before. */
export function writeRise(now: number, before: number): string {
  if (before === 0) return now === 0 ? "" : "new";
  const ratio = now / before;
  if (ratio >= 1.05) return `▲ ${ratio >= 10 ? Math.round(ratio) : ratio.toFixed(1)}×`;
  if (ratio <= 0.95) return `▼ ${Math.round((1 - ratio) * 100)} %`;
  return "=";
}

/** Writes times in one way; each format is made when it is first needed. */
function writer(options: Intl.DateTimeFormatOptions) {
  const formats = new Map<Zone, Intl.DateTimeFormat>();
  return (at: string | number, zone: Zone): string => {
    const timeZone = zone === "UTC" ? { timeZone: "UTC" } : {};
    const format =
      formats.get(zone) ?? new Intl.DateTimeFormat("en-GB", { ...timeZone, ...options });
    formats.set(zone, format);
    return format.format(new Date(at));
  };
}

export const hourText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 13)}:00Z`;
export const hoursBetween = (from: string, to: string): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / hourMs);
/** The hour that goes on: its counts still grow. */
export const isOpenHour = (hour: number, now: number): boolean =>
  hour <= now && now < hour + hourMs;
