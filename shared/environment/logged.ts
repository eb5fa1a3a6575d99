import { describeError } from "./describe-error.ts";

type ErrorLog = { error: (details: object, message: string) => void };

/**
 * A handler that logs why it fails before it fails: the platform only tells that it did. The event
 * is not acknowledged and comes again.
 */
export function logged(
  log: ErrorLog,
  handle: (event: unknown) => Promise<void>,
): (event: unknown) => Promise<void> {
  return async (event: unknown): Promise<void> => {
    try {
      await handle(event);
    } catch (error) {
      log.error(describeError(error), "failed, comes again");
      throw error;
    }
  };
}
