import type { Validator } from "./cursor.ts";

/** Headers that ask for an answer only if it is another one. */
export const conditionOf = ({ etag, modified }: Validator): Record<string, string> => ({
  ...(etag !== undefined && { "if-none-match": etag }),
  ...(modified !== undefined && { "if-modified-since": modified }),
});

/** What an answer is called, as its headers tell; empty when they do not. */
export function validatorOf(headers: Readonly<Record<string, string>>): Validator {
  const { etag, "last-modified": modified } = headers;
  return { ...(etag !== undefined && { etag }), ...(modified !== undefined && { modified }) };
}

/** Whether there is something to ask by. */
export const isValidator = ({ etag, modified }: Validator): boolean =>
  etag !== undefined || modified !== undefined;
