/** Largest event the producer sends, in bytes: Pub/Sub refuses messages over 10 MB, attributes included. */
export const maxEventBytes = 9_500_000;
