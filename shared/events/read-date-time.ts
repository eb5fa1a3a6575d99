import * as z from "zod";

const dateTime = z.regexes.datetime({ offset: true });

/** The instant of RFC 3339 with its offset, ms since 1970, UTC; undefined for everything else. */
export function readDateTime(written: unknown): number | undefined {
  if (typeof written !== "string") return undefined;
  if (dateTime.test(written)) return Date.parse(written);
  if (written.length > maxLength) return undefined;
  // RFC 3339 has these, too; a leap second is counted in the hour that it ends.
  const plain = written.toUpperCase().replace(/(?<=T\d\d:\d\d:)60/, "59");
  return dateTime.test(plain) ? Date.parse(plain) : undefined;
}

const maxLength = 64;
