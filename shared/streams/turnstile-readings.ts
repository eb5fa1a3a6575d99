import * as z from "zod";
import { eventTime } from "../events/event-time.ts";
import { turnstileDevice } from "../events/turnstile-device.ts";
import { key, measure, member } from "./field-roles.ts";
import { declareStream } from "./stream.ts";

const { ca, unit, scp, station, linename, division, description } = turnstileDevice;

/** Passages through turnstiles, as increments tell them: each counts what came since the one before. */
export const turnstileReadings = declareStream({
  name: "turnstile-readings",
  counts: "turnstile",
  description: "Passages through turnstiles, as streams of increments tell them",
  // The MTA has published what its turnstiles count since May 2010.
  epoch: "2010-01-01T00:00:00Z",
  fields: {
    ca: key(ca, "Control area"),
    unit: key(unit, "Remote unit: a station or a part of one"),
    scp: key(scp, "Subunit, channel and position: one device"),
    station: key(station, "Name of the station; several have the same"),
    linename: key(linename, "Lines that stop there"),
    division: key(division, "Company that built the line: IRT, BMT, IND, or another railway"),
    description: key(description, "REGULAR, or RECOVR AUD when it was recovered later"),
    // Kept for windows that are shorter than an hour.
    event_time: member(eventTime, "When it was read, UTC"),
    utc_offset_minutes: member(turnstileDevice.utc_offset_minutes, "Local time minus UTC"),
    entries: measure(z.int().min(0), "Passages in since the reading before"),
    exits: measure(z.int().min(0), "Passages out since the reading before"),
  },
  measures: {
    readings: { counts: "events", description: "Readings" },
    entries: { counts: "sum", of: "entries", description: "Passages in" },
    exits: { counts: "sum", of: "exits", description: "Passages out" },
  },
  anomalies: { of: "entries" },
});

export type TurnstileReading = z.infer<typeof turnstileReadings.event>;
