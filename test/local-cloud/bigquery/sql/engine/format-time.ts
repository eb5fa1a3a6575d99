import { floorDivide } from "./time-zone.ts";

export const dayNames: readonly string[] = [
  "Sunday",
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
];
export const monthNames: readonly string[] = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/**
 * FORMAT_TIMESTAMP and its relatives. `micros` is what the clocks show, `offset` how far they are
 * ahead of UTC, both in µs; `kind` is DATE, DATETIME or TIMESTAMP.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements
 */
export function formatTime(format: string, micros: bigint, offset: bigint, kind: string): string {
  const millis = Number(floorDivide(micros, 1000n));
  const value = new Date(millis);
  const fraction = Number(micros - floorDivide(micros, 1_000_000n) * 1_000_000n);
  const two = (number: number) => String(number).padStart(2, "0");
  const year = value.getUTCFullYear();
  const month = value.getUTCMonth();
  const day = value.getUTCDate();
  const hour = value.getUTCHours();
  const weekday = value.getUTCDay();
  const dayOfYear = Math.round((Date.UTC(2000, month, day) - Date.UTC(2000, 0, 1)) / 86_400_000);
  const yearDay = isLeap(year) || month < 2 ? dayOfYear : dayOfYear - 1;
  const twelve = hour % 12 === 0 ? 12 : hour % 12;
  const iso = isoWeek(value);
  const minutes = Number(offset / 60_000_000n);
  const zoneSign = minutes < 0 ? "-" : "+";
  const zoneHours = Math.trunc(Math.abs(minutes) / 60);
  const zoneMinutes = Math.abs(minutes) % 60;
  const seconds = two(value.getUTCSeconds());
  const clock = () => `${two(hour)}:${two(value.getUTCMinutes())}:${seconds}`;
  const write = (element: string): string => {
    switch (element) {
      case "%%":
        return "%";
      case "%A":
        return dayNames[weekday] ?? "";
      case "%a":
        return (dayNames[weekday] ?? "").slice(0, 3);
      case "%B":
        return monthNames[month] ?? "";
      case "%b":
      case "%h":
        return (monthNames[month] ?? "").slice(0, 3);
      case "%C":
        return two(Math.floor(year / 100));
      case "%d":
        return two(day);
      case "%D":
      case "%x":
        return `${two(month + 1)}/${two(day)}/${two(year % 100)}`;
      case "%e":
        return String(day).padStart(2, " ");
      case "%F":
        return `${year}-${two(month + 1)}-${two(day)}`;
      case "%G":
        return String(iso.year);
      case "%g":
        return two(iso.year % 100);
      case "%j":
        return String(yearDay + 1).padStart(3, "0");
      case "%m":
        return two(month + 1);
      case "%n":
        return "\n";
      case "%t":
        return "\t";
      case "%Q":
        return String(Math.floor(month / 3) + 1);
      case "%U":
        return two(Math.floor((yearDay + 7 - weekday) / 7));
      case "%W":
        return two(Math.floor((yearDay + 7 - ((weekday + 6) % 7)) / 7));
      case "%u":
        return String(weekday === 0 ? 7 : weekday);
      case "%V":
        return two(iso.week);
      case "%w":
        return String(weekday);
      case "%Y":
        return String(year);
      case "%E4Y":
        return String(year).padStart(4, "0");
      case "%y":
        return two(year % 100);
      default:
    }
    if (kind === "DATE") return refuse(element, kind);
    switch (element) {
      case "%H":
        return two(hour);
      case "%I":
        return two(twelve);
      case "%k":
        return String(hour).padStart(2, " ");
      case "%l":
        return String(twelve).padStart(2, " ");
      case "%M":
        return two(value.getUTCMinutes());
      case "%P":
        return hour < 12 ? "am" : "pm";
      case "%p":
        return hour < 12 ? "AM" : "PM";
      case "%R":
        return clock().slice(0, 5);
      case "%S":
        return seconds;
      case "%T":
      case "%X":
        return clock();
      case "%c":
        return `${(dayNames[weekday] ?? "").slice(0, 3)} ${(monthNames[month] ?? "").slice(0, 3)} ${String(day).padStart(2, " ")} ${clock()} ${year}`;
      case "%E*S": {
        const rest = String(fraction).padStart(6, "0").replace(/0+$/, "");
        return rest === "" ? seconds : `${seconds}.${rest}`;
      }
      default:
    }
    const digits = /^%E([0-9])S$/.exec(element);
    if (digits) {
      const count = Number(digits[1]);
      const rest = String(fraction).padStart(6, "0").padEnd(9, "0").slice(0, count);
      return count === 0 ? seconds : `${seconds}.${rest}`;
    }
    if (kind === "DATETIME") return refuse(element, kind);
    switch (element) {
      case "%s":
        return String(floorDivide(micros - offset, 1_000_000n));
      case "%Z": {
        if (minutes === 0) return "UTC";
        return `UTC${zoneSign}${zoneHours}${zoneMinutes === 0 ? "" : `:${two(zoneMinutes)}`}`;
      }
      case "%z":
        return `${zoneSign}${two(zoneHours)}${two(zoneMinutes)}`;
      case "%Ez":
        return `${zoneSign}${two(zoneHours)}:${two(zoneMinutes)}`;
      default:
        return refuse(element, kind);
    }
  };
  return format.replace(/%(?:E(?:\*S|4Y|\dS|z)|[\s\S])/g, write);
}

function refuse(element: string, kind: string): never {
  throw new RangeError(`FORMAT_${kind} with ${element} is not implemented by the local BigQuery`);
}

/** As CAST to STRING writes it; 3 or 6 digits of a second where there are any. */
export function writeTime(micros: bigint, kind: string): string {
  if (kind === "DATE") return formatTime("%E4Y-%m-%d", micros, 0n, kind);
  const fraction = micros - floorDivide(micros, 1_000_000n) * 1_000_000n;
  const seconds = fraction === 0n ? "%S" : fraction % 1000n === 0n ? "%E3S" : "%E6S";
  const suffix = kind === "TIMESTAMP" ? "+00" : "";
  return formatTime(`%E4Y-%m-%d %H:%M:${seconds}${suffix}`, micros, 0n, "TIMESTAMP");
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** The week of a day's Thursday. */
function isoWeek(value: Date): { year: number; week: number } {
  const thursday = new Date(value.getTime());
  thursday.setUTCHours(0, 0, 0, 0);
  thursday.setUTCDate(thursday.getUTCDate() + 3 - ((thursday.getUTCDay() + 6) % 7));
  const first = new Date(0);
  first.setUTCFullYear(thursday.getUTCFullYear(), 0, 1);
  const week = Math.floor((thursday.getTime() - first.getTime()) / (7 * 86_400_000)) + 1;
  return { year: thursday.getUTCFullYear(), week };
}
