export type Edit = { start: number; end: number; text: string };

/** Replaces ranges of a text; ranges must not overlap, insertions at one place keep their order. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const ordered = edits.toSorted((left, right) => left.start - right.start || left.end - right.end);
  let result = "";
  let position = 0;
  for (const edit of ordered) {
    if (edit.start < position) throw new RangeError(`Overlapping edits at ${edit.start}`);
    result += text.slice(position, edit.start) + edit.text;
    position = edit.end;
  }
  return result + text.slice(position);
}
