import * as z from "zod";

const maxRangeMs = 93 * 24 * 3_600_000;

/** A parameter is always text; what it says is described for the reader of the OpenAPI document. */
export const wholeNumber = (least: number, most: number, initial: number, description: string) =>
  z
    .string()
    .regex(/^\d{1,9}$/, "not a whole number")
    .transform(Number)
    .refine((n) => n >= least && n <= most, `must be ${least} to ${most}`)
    .default(initial)
    .meta({ description, type: "integer", minimum: least, maximum: most, default: initial });

export const text = (most: number, description: string) =>
  z.string().min(1).max(most).optional().meta({ description });

/** No event is older, and what is looked back to from the last is a time of BigQuery, too. */
const firstMs = Date.parse("1970-01-01T00:00:00Z");
const lastMs = Date.parse("9999-01-01T00:00:00Z");

/** `2026-01-02`, `2026-01-02T03`, `2026-01-02T03:04Z` or to the second: ms of the hour it is in. */
const moment = z
  .string()
  .regex(
    /^\d{4}-\d\d-\d\d(?:T\d\d(?::\d\d(?::\d\d(?:\.\d{1,6})?)?)?Z?)?$/,
    "not a UTC time such as 2026-01-02T03:00Z",
  )
  .transform((written, context) => {
    const at = Date.parse(complete(written));
    const isInReach = at >= firstMs && at < lastMs;
    // Date.parse takes 30 February for 2 March.
    if (isInReach && new Date(at).toISOString().slice(0, 10) === written.slice(0, 10)) {
      return at;
    }
    context.addIssue("not a time of the calendar from 1970 to 9998");
    return z.NEVER;
  });

const complete = (written: string): string => {
  const plain = written.replace(/Z$/, "");
  const missing = "2000-01-01T00:00:00".slice(plain.length);
  return `${plain}${missing}Z`;
};

const hourMs = 3_600_000;
const startOfHour = (ms: number) => Math.floor(ms / hourMs) * hourMs;
const endOfHour = (ms: number) => Math.ceil(ms / hourMs) * hourMs;

/** A range of whole hours; what it is when it is left out, is for each answer to say. */
export const range = {
  from: moment
    .transform(startOfHour)
    .optional()
    .meta({ description: "First hour, UTC", type: "string" }),
  to: moment
    .transform(endOfHour)
    .optional()
    .meta({ description: "End, UTC; its hour is not in it", type: "string" }),
};

export const paging = (initial: number) => ({
  limit: wholeNumber(1, 200, initial, "Most rows of a page"),
  page: wholeNumber(1, 1_000, 1, "Which page"),
});

/** What an answer that has more rows says of them. */
export const nextPage = {
  next: z.number().optional().describe("The next page, unless this is the last"),
};

/** A range of hours, ms since 1970. */
export type Range = { from: number; to: number };

/** What is wrong with a range; undefined when nothing is. */
export function judgeRange({ from, to }: Range): string | undefined {
  if (from >= to) return "must be after from";
  return to - from > maxRangeMs ? "must be at most 93 days after from" : undefined;
}

/** RFC 3339 of a time in ms, to the second. */
export const timeText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
