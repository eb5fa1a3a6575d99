/**
 * Text as it may be printed: what a terminal would obey, and marks that turn the letters around them,
 * are written as `\uXXXX`, which JSON reads back. Line ends and tabs stay.
 */
export const escapeControls = (text: string): string =>
  text.replace(/[^\P{C}\n\t]|[\u2028\u2029]/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => escapeUnit(character.charCodeAt(at))).join(
      "",
    ),
  );

const escapeUnit = (unit: number): string => `\\u${unit.toString(16).padStart(4, "0")}`;
