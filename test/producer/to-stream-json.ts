/** Writes JSON as the tweet stream does: ASCII only, slashes escaped. */
export function toStreamJson(value: unknown): string {
  const json = JSON.stringify(value);
  if (!notPlain.test(json)) return json;
  const escaped = json.replaceAll("/", "\\/");
  if (!notAscii.test(escaped)) return escaped;
  const ascii = escaped.replace(eachNotAscii, escapeCharacter);
  // V8 keeps two bytes a character for what was wide once, and for all it is joined to later.
  return Buffer.from(ascii, "latin1").toString("latin1");
}

const notPlain = /[/\u007f-\uffff]/;
const notAscii = /[\u007f-\uffff]/;
const eachNotAscii = /[\u007f-\uffff]/g;

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
