/** Writes a text by FORMAT's pattern; each argument comes as its text and the name of its type. */
export function formatText(
  format: string,
  values: (string | null)[],
  types: (string | null)[],
): string {
  let index = 0;
  const take = () => {
    if (index >= values.length) throw new RangeError("Too few arguments to FORMAT for pattern");
    const taken = { value: values[index] ?? null, type: types[index] ?? "" };
    index += 1;
    return taken;
  };
  const result = format.replace(
    /%([-+ #0']*)(\d+|\*)?(?:\.(\d+|\*))?([a-zA-Z%])/g,
    (
      all,
      flags: string,
      width: string | undefined,
      precision: string | undefined,
      kind: string,
    ) => {
      if (kind === "%") return "%";
      const count = (given: string | undefined) =>
        given === "*" ? Number(take().value) : given === undefined ? undefined : Number(given);
      const wide = count(width) ?? 0;
      const digits = count(precision);
      const { value, type } = take();
      if (kind === "T" || kind === "p" || kind === "P") {
        throw new RangeError(`FORMAT with %${kind} is not implemented by the local BigQuery`);
      }
      const written = value === null ? "NULL" : write(value, type, kind, flags, digits, all);
      return align(written, flags, wide, value !== null && /[dioxXufFeEgG]/.test(kind));
    },
  );
  if (index < values.length) throw new RangeError("Too many arguments to FORMAT for pattern");
  return result;
}

function write(
  value: string,
  type: string,
  kind: string,
  flags: string,
  digits: number | undefined,
  written: string,
): string {
  const wrong = (): never => {
    throw new RangeError(
      `Invalid type for argument of FORMAT; Expected one that ${written} writes but found ${type}`,
    );
  };
  const sign = (text: string) => {
    if (text.startsWith("-")) return text;
    return flags.includes("+") ? `+${text}` : flags.includes(" ") ? ` ${text}` : text;
  };
  const group = (text: string) =>
    flags.includes("'")
      ? text.replace(/^(-?\d+)/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ","))
      : text;
  switch (kind) {
    case "d":
    case "i":
    case "u":
      return type === "INT64" ? sign(group(value)) : wrong();
    case "x":
    case "X":
    case "o": {
      if (type !== "INT64") return wrong();
      const radix = kind === "o" ? 8 : 16;
      const prefix = flags.includes("#") ? (kind === "o" ? "0" : `0${kind}`) : "";
      const body = BigInt(value).toString(radix).replace("-", "");
      const signed = value.startsWith("-") ? "-" : "";
      return signed + prefix + (kind === "X" ? body.toUpperCase() : body);
    }
    case "f":
    case "F":
    case "e":
    case "E":
    case "g":
    case "G":
      if (type !== "FLOAT64" && type !== "NUMERIC" && type !== "INT64") return wrong();
      return sign(group(writeFloat(value, kind, digits)));
    case "s":
      if (type !== "STRING") return wrong();
      return digits === undefined ? value : Array.from(value).slice(0, digits).join("");
    case "t":
      return type === "FLOAT64" && /^-?\d+$/.test(value) ? `${value}.0` : value;
    default:
      throw new RangeError(
        `Invalid format specifier character "${kind}" in FORMAT string: "${written}"`,
      );
  }
}

function writeFloat(value: string, kind: string, digits: number | undefined): string {
  const number = Number({ inf: "Infinity", "-inf": "-Infinity" }[value] ?? value);
  if (!Number.isFinite(number)) return value;
  const exponent = (text: string) => text.replace(/e([+-])(\d)$/, "e$10$2");
  const upper = (text: string) => (kind === kind.toUpperCase() ? text.toUpperCase() : text);
  if (kind === "f" || kind === "F") return number.toFixed(digits ?? 6);
  if (kind === "e" || kind === "E") return upper(exponent(number.toExponential(digits ?? 6)));
  const significant = digits === 0 ? 1 : (digits ?? 6);
  const power = number === 0 ? 0 : Number(number.toExponential(significant - 1).split("e")[1]);
  const plain =
    power < -4 || power >= significant
      ? number.toExponential(significant - 1)
      : number.toFixed(significant - 1 - power);
  return upper(exponent(plain.replace(/(\.\d*?)0+(?=e|$)/, "$1").replace(/\.(?=e|$)/, "")));
}

function align(text: string, flags: string, width: number, number: boolean): string {
  const missing = width - Array.from(text).length;
  if (missing <= 0) return text;
  if (flags.includes("-")) return text + " ".repeat(missing);
  if (!flags.includes("0") || !number) return " ".repeat(missing) + text;
  const sign = /^[+-]/.exec(text)?.[0] ?? "";
  return sign + "0".repeat(missing) + text.slice(sign.length);
}
