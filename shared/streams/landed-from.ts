/**
 * GoogleSQL of the time before which nothing of a time from `from` on has landed: an event may bear a time
 * of an hour ahead, and a clock be wrong. Whatever comes late lands after it.
 */
export const landedFrom = (from: string): string => `TIMESTAMP_SUB(${from}, INTERVAL 2 HOUR)`;
