/** A whole number from 0 on that has lost no digits; undefined for everything else. */
export const readCount = (told: unknown): number | undefined =>
  Number.isSafeInteger(told) && Number(told) >= 0 ? Number(told) : undefined;
