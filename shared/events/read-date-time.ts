import * as z from "zod";

const dateTime = z.regexes.datetime({ offset: true });

/** The instant of RFC 3339 with its offset, ms since 1970, UTC; undefined for everything else. */
export const readDateTime = (written: unknown): number | undefined =>
  typeof written === "string" && dateTime.test(written) ? Date.parse(written) : undefined;
