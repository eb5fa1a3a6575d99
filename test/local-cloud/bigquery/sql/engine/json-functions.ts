import {
  define1,
  define2,
  type EngineFunction,
  float,
  integer,
  text,
  texts,
  truth,
} from "./engine-function.ts";

/** Numbers keep their text: `1e3` stays `1e3`, and no digit of an id is lost. */
type JsonNumber = { source: string };
type Json = boolean | JsonList | JsonNumber | JsonObject | null | string;
type JsonList = Json[];
type JsonObject = Map<string, Json>;

export const jsonEngineFunctions: EngineFunction[] = [
  define2("bq_json_value", text, text, text, (value, path) => scalarText(at(value, path))),
  define2("bq_json_query", text, text, text, (value, path) => {
    const found = at(value, path);
    return found === undefined ? null : writeJson(found);
  }),
  define2("bq_json_query_array", text, text, texts, (value, path) => {
    const found = at(value, path);
    return Array.isArray(found) ? found.map((item) => writeJson(item)) : null;
  }),
  define2("bq_json_value_array", text, text, texts, (value, path) => {
    const found = at(value, path);
    if (!Array.isArray(found)) return null;
    const items = found.map((item) => (item === null ? "" : scalarText(item)));
    return items.some((item, index) => item === null && found[index] !== null) ? null : items;
  }),
  define1("bq_parse_json", text, text, (value) => writeJson(parseStrictly(value), true)),
  define1("bq_json_type", text, text, (value) => typeOf(readJson(value))),
  define1("bq_json_quote", text, text, (value) => JSON.stringify(value)),
  define1("bq_json_int", text, integer, (value) => {
    const found = readJson(value);
    const exact = isNumber(found) && Number.isInteger(Number(found.source));
    if (!exact) throw new RangeError("The provided JSON input is not an integer");
    return BigInt(Number.isSafeInteger(Number(found.source)) ? Number(found.source) : found.source);
  }),
  define1("bq_json_float", text, float, (value) => {
    const found = readJson(value);
    if (!isNumber(found)) throw new RangeError("The provided JSON input is not a number");
    return Number(found.source);
  }),
  define1("bq_json_bool", text, truth, (value) => {
    const found = readJson(value);
    if (typeof found === "boolean") return found;
    throw new RangeError("The provided JSON input is not a boolean");
  }),
  define1("bq_json_string", text, text, (value) => {
    const found = readJson(value);
    if (typeof found === "string") return found;
    throw new RangeError("The provided JSON input is not a string");
  }),
];

function isNumber(value: Json | undefined): value is JsonNumber {
  return typeof value === "object" && value !== null && "source" in value;
}

function scalarText(value: Json | undefined): string | null {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  return isNumber(value) ? value.source : null;
}

function typeOf(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (isNumber(value)) return "number";
  return typeof value === "object" ? "object" : typeof value;
}

/** Text that is no JSON has nothing at any path. */
function at(value: string, path: string): Json | undefined {
  const steps = readPath(path);
  let found: Json | undefined;
  try {
    found = readJson(value);
  } catch {
    return undefined;
  }
  for (const step of steps) {
    if (found instanceof Map) found = found.get(step);
    else if (Array.isArray(found) && /^\d+$/.test(step)) found = found[Number(step)];
    else return undefined;
    if (found === undefined) return undefined;
  }
  return found;
}

const paths = new Map<string, string[]>();

/** The steps of a JSONPath: `$.a."b.c"[0]['d']`. Throws for operators. */
function readPath(path: string): string[] {
  const known = paths.get(path);
  if (known) return known;
  if (!path.startsWith("$")) throw new RangeError(`JSONPath must start with '$'`);
  const steps: string[] = [];
  let rest = path.slice(1);
  while (rest !== "") {
    const operator = /^\.?\.?\[?[*@]|^\.\./.exec(rest);
    if (operator)
      throw new RangeError(
        `Unsupported operator in JSONPath: ${rest.includes("*") ? "*" : rest.includes("@") ? "@" : ".."}`,
      );
    const match =
      /^\."((?:[^"\\]|\\.)*)"/.exec(rest) ??
      /^\.([^.[\]"'*@\s]+)/.exec(rest) ??
      /^\[(\d+)\]/.exec(rest) ??
      /^\['((?:[^'\\]|\\.)*)'\]/.exec(rest) ??
      /^\["((?:[^"\\]|\\.)*)"\]/.exec(rest);
    if (!match) throw new RangeError(`Invalid token in JSONPath at: ${rest}`);
    steps.push((match[1] ?? "").replace(/\\(.)/g, "$1"));
    rest = rest.slice(match[0].length);
  }
  if (paths.size > 500) paths.clear();
  paths.set(path, steps);
  return steps;
}

function parseStrictly(value: string): Json {
  try {
    return readJson(value);
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : "";
    throw new RangeError(
      `Invalid input to PARSE_JSON: syntax error while parsing value - ${problem}`,
      { cause },
    );
  }
}

const token =
  /\s*(?:([{}[\],:])|("(?:[^"\\]|\\.)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null))/y;

/** Up to the first character that no literal has there. */
function lastRead(value: string, position: number): string {
  const rest = value.slice(position).trimStart();
  const literal = ["true", "false", "null"].find((one) => one[0] === rest[0]) ?? "";
  let length = 0;
  while (length < literal.length && literal[length] === rest[length]) length += 1;
  return rest.slice(0, length + 1);
}

/** JSON.parse loses the digits of numbers; this one reads the same grammar. */
function readJson(value: string): Json {
  let position = 0;
  const fail = (): never => {
    throw new SyntaxError(`invalid literal; last read: '${lastRead(value, position)}'`);
  };
  const next = (): RegExpExecArray => {
    token.lastIndex = position;
    const match = token.exec(value);
    if (!match) return fail();
    position = token.lastIndex;
    return match;
  };
  const text = (quoted: string): string => {
    const parsed: unknown = JSON.parse(quoted);
    return typeof parsed === "string" ? parsed : fail();
  };
  const read = (match: RegExpExecArray, depth: number): Json => {
    const [, symbol, quoted, number, word] = match;
    if (depth > 500) throw new RangeError("JSON is nested too deeply");
    if (quoted !== undefined) return text(quoted);
    if (number !== undefined) return { source: number };
    if (word !== undefined) return word === "null" ? null : word === "true";
    if (symbol === "[") {
      const list: JsonList = [];
      let item = next();
      if (item[1] === "]") return list;
      while (true) {
        list.push(read(item, depth + 1));
        const after = next()[1];
        if (after === "]") return list;
        if (after !== ",") return fail();
        item = next();
      }
    }
    if (symbol !== "{") return fail();
    const object: JsonObject = new Map();
    let key = next();
    if (key[1] === "}") return object;
    while (true) {
      if (key[2] === undefined || next()[1] !== ":") return fail();
      const name = text(key[2]);
      const member = read(next(), depth + 1);
      if (!object.has(name)) object.set(name, member);
      const after = next()[1];
      if (after === "}") return object;
      if (after !== ",") return fail();
      key = next();
    }
  };
  const result = read(next(), 0);
  return value.slice(position).trim() === "" ? result : fail();
}

function writeJson(value: Json, sorted = false): string {
  if (Array.isArray(value)) return `[${value.map((item) => writeJson(item, sorted)).join(",")}]`;
  if (value instanceof Map) {
    const entries = sorted
      ? Array.from(value).toSorted(([left], [right]) => (left < right ? -1 : 1))
      : Array.from(value);
    return `{${entries.map(([name, member]) => `${JSON.stringify(name)}:${writeJson(member, sorted)}`).join(",")}}`;
  }
  return isNumber(value) ? value.source : JSON.stringify(value);
}
