/**
 * Which record of its file each line of a message is, by the attribute that load-object gives it
 * (`0-122,124-499`); undefined for a line that the attribute does not tell of.
 */
export function recordIndexes(attribute: string | undefined): (line: number) => number | undefined {
  const ranges = [...(attribute ?? "").matchAll(/(\d{1,15})(?:-(\d{1,15}))?/g)].map(
    ([, first, last = first]) => ({ first: Number(first), last: Number(last) }),
  );
  return (line) => {
    let rest = line;
    for (const { first, last } of ranges) {
      if (rest <= last - first) return first + rest;
      rest -= last - first + 1;
    }
    return undefined;
  };
}
