/** Writes JSON as the tweet stream does: ASCII only, slashes escaped. */
export function toStreamJson(value: unknown): string {
  const json = JSON.stringify(value);
  if (!NOT_PLAIN.test(json)) return json;
  const escaped = json.replaceAll("/", "\\/");
  if (!NOT_ASCII.test(escaped)) return escaped;
  const ascii = escaped.replace(EACH_NOT_ASCII, escapeCharacter);
  // V8 keeps two bytes a character for what was wide once, and for all it is joined to later.
  return Buffer.from(ascii, "latin1").toString("latin1");
}

const NOT_PLAIN = /[/\u007f-\uffff]/;
const NOT_ASCII = /[\u007f-\uffff]/;
const EACH_NOT_ASCII = /[\u007f-\uffff]/g;

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
