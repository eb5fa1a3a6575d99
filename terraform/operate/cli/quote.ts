/** A word of a command that is printed to be pasted into a POSIX shell. */
export const quoteForShell = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** A string literal of GoogleSQL. */
export const quoteForSql = (text: string): string =>
  `'${text.replace(/[\\'\n\r]/g, (character) => {
    if (character === "\n") return "\\n";
    return character === "\r" ? "\\r" : `\\${character}`;
  })}'`;
