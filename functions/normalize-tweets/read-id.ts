import { type EventId, eventIdOf } from "../../shared/events/event-id.ts";
import type { FailureReason } from "../../shared/events/failed-event.v1.ts";

/**
 * Identity of a tweet from its `id_str` or `id`. A number is taken only while it is exact: above
 * 2^53 `JSON.parse` has already lost digits.
 */
export function readId(...candidates: unknown[]): EventId | { reason: FailureReason } {
  let unsafe = false;
  for (const candidate of candidates) {
    if (typeof candidate === "string") {
      const id = eventIdOf("x", candidate);
      if (id !== undefined) return id;
    } else if (typeof candidate === "number") {
      const id = Number.isSafeInteger(candidate) ? eventIdOf("x", String(candidate)) : undefined;
      if (id !== undefined) return id;
      unsafe = true;
    }
  }
  return { reason: unsafe ? "unsafe-id" : "missing-id" };
}

/** Identity of an author, or undefined: an author that is not known is not a reason to fail. */
export function readAuthor(...candidates: unknown[]): string | undefined {
  const id = readId(...candidates);
  return typeof id === "string" ? id : undefined;
}

/** A native id as a text, from its `…_str` or, of what has only that, its number while it is exact. */
export function readNativeId(text: unknown, number: unknown): string | undefined {
  if (typeof text === "string" && text !== "") return text;
  return Number.isSafeInteger(number) ? String(number) : undefined;
}
