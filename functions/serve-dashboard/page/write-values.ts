const hourMs = 3_600_000;

// What Intl would write, but without it: in a new page its first use takes longer than all else.

/** `1,234.5`, to one decimal. */
export function writeNumber(n: number): string {
  const [whole = "", part] = String(Number.isInteger(n) ? n : Math.round(n * 10) / 10).split(".");
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ",");
  return part === undefined ? grouped : `${grouped}.${part}`;
}

const thousands = ["", "K", "M", "B", "T"];

/** `12.3K` for 12,345: where there is little room. */
export function writeCompact(n: number): string {
  // What would be rounded up to a thousand is one of the next.
  const power = thousands.findIndex((_, at) => Math.abs(n) < 999.95 * 1_000 ** at);
  const at = power === -1 ? thousands.length - 1 : power;
  return `${writeNumber(n / 1_000 ** at)}${thousands[at]}`;
}

export const writeCount = (n: number, one: string, many = `${one}s`): string =>
  `${writeNumber(n)} ${n === 1 ? one : many}`;

/** Whether times are told in UTC, by which everything is counted, or as on the reader's clock. */
export type Zone = "UTC" | "local";

/** `04:00` */
export const writeClock = (at: string | number, zone: Zone): string => wordsOf(at, zone).clock;
/** `Wed 3 Jul` */
export function writeShortDay(at: string | number, zone: Zone): string {
  const { weekday, day } = wordsOf(at, zone);
  return `${weekday} ${day}`;
}
export const writeTime = (at: string | number, zone: Zone): string =>
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

/** A time whose UTC is what the clock of a zone shows at `at`. */
export function onClockOf(zone: Zone, at: string | number): Date {
  const time = new Date(at);
  return zone === "UTC" ? time : new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
}

/** `Wed, 3 Jul 2019` */
function writeDay(at: string, zone: Zone): string {
  const { weekday, day, year } = wordsOf(at, zone);
  return `${weekday}, ${day} ${year}`;
}

/** The English words of a time, which ECMAScript fixes: `Wed, 03 Jul 2019 04:00:00 GMT`. */
function wordsOf(at: string | number, zone: Zone) {
  const words = onClockOf(zone, at).toUTCString().split(" ");
  const [weekday = "", day, month, year = "", clock = ""] = words;
  return {
    weekday: weekday.slice(0, 3),
    day: `${Number(day)} ${month}`,
    year,
    clock: clock.slice(0, 5),
  };
}

export const hourText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 13)}:00Z`;
export const hoursBetween = (from: string, to: string): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / hourMs);
/** The hour that goes on: its counts still grow. */
export const isOpenHour = (hour: number, now: number): boolean =>
  hour <= now && now < hour + hourMs;
