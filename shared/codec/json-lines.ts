/** Events as the lines that are published of them. */
export const jsonLines = (events: readonly object[]): string[] =>
  events.map((event) => JSON.stringify(event));
