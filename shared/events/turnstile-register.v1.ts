import * as z from "zod";
import { eventTime } from "./event-time.ts";
import { turnstileDevice } from "./turnstile-device.ts";

const { ca, unit, scp, station, linename, division, description } = turnstileDevice;

/**
 * What the registers of a turnstile showed: cumulative, counting up or down, reset at times. Kept as it
 * is; how many have passed, the view `turnstile_intervals` tells.
 */
export const turnstileRegister = z.object({
  read_at: eventTime.describe("When they were read, UTC"),
  utc_offset_minutes: turnstileDevice.utc_offset_minutes.describe("Local time minus UTC"),
  ca: ca.describe("Control area"),
  unit: unit.describe("Remote unit: a station or a part of one"),
  scp: scp.describe("Subunit, channel and position: one device"),
  station: station.describe("Name of the station; several have the same"),
  linename: linename.describe("Lines that stop there"),
  division: division.describe("Company that built the line: IRT, BMT, IND, or another railway"),
  description: description.describe("REGULAR, or RECOVR AUD when it was recovered later"),
  entries: z.int().min(0).describe("Cumulative register of passages in"),
  exits: z.int().min(0).describe("Cumulative register of passages out"),
});

export type TurnstileRegister = z.infer<typeof turnstileRegister>;
