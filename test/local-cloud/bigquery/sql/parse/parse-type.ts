import type { TypeNode } from "./syntax-tree.ts";
import type { TokenReader } from "./token-reader.ts";

/** Reads the name of a type: `INT64`, `ARRAY<STRUCT<a STRING>>`, `NUMERIC(10, 2)`. */
export function parseType(reader: TokenReader): TypeNode {
  const place = reader.place();
  if (reader.takeWord("ARRAY")) {
    reader.expectSymbol("<");
    const element = parseType(reader);
    closeAngle(reader);
    return { kind: "array", element, place };
  }
  if (reader.takeWord("STRUCT")) {
    reader.expectSymbol("<");
    const members: { name: string | undefined; type: TypeNode }[] = [];
    while (!reader.isSymbol(">") && !reader.isSymbol(">>")) {
      const named = reader.peek(1).kind === "word" || reader.peek(1).kind === "quoted";
      const name = named ? reader.expectMember().text : undefined;
      members.push({ name, type: parseType(reader) });
      if (!reader.takeSymbol(",")) break;
    }
    closeAngle(reader);
    return { kind: "struct", members, place };
  }
  const name =
    reader.isWord("INTERVAL") || reader.isWord("RANGE")
      ? reader.next().upper
      : reader.expectName().text;
  const parameters: string[] = [];
  if (reader.takeSymbol("(")) {
    do parameters.push(reader.next().text);
    while (reader.takeSymbol(","));
    reader.expectSymbol(")");
  }
  return { kind: "name", name: name.toUpperCase(), parameters, place };
}

/** `>>` closes two. */
function closeAngle(reader: TokenReader): void {
  reader.splitSymbol(">>", ">");
  reader.expectSymbol(">");
}
