const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;

/**
 * Valid JSON with spaces for its line ends, which are always space between tokens and never part of
 * a string: as one line it keeps its length and its meaning among other lines.
 */
export function onOneLine(json: Buffer): Buffer {
  if (!json.includes(lineFeed) && !json.includes(carriageReturn)) return json;
  const line = Buffer.from(json);
  for (let at = 0; at < line.length; at++) {
    if (line[at] === lineFeed || line[at] === carriageReturn) line[at] = space;
  }
  return line;
}
