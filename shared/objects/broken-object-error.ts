import type { FailureReason } from "../events/failed-event.v1.ts";

/** An object that cannot be loaded as a whole, however often it is tried. */
export class BrokenObjectError extends Error {
  override name = "BrokenObjectError";
  readonly reason: FailureReason;

  constructor(reason: FailureReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
