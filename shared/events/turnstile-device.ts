import * as z from "zod";

const text = z.string().max(256);

/** What every reading of a turnstile says of its device and its clock. */
export const turnstileDevice = {
  ca: text.min(1),
  unit: text.min(1),
  scp: text.min(1),
  station: text,
  linename: text,
  division: text,
  description: text,
  /** -300 in winter, -240 in summer. */
  utc_offset_minutes: z.int().min(-1_440).max(1_440),
};
