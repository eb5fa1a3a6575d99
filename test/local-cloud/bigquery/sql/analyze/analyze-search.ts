import { overload } from "../functions/overload.ts";
import type { Call } from "../parse/syntax-tree.ts";
import { notImplemented } from "../place-error.ts";
import type { Expression } from "../types/expression.ts";
import { callOverloads } from "./analyze-call.ts";
import { analyzeExpression } from "./analyze-expression.ts";
import { type Context, refuse } from "./context.ts";

const overloads = [
  overload("STRING, STRING -> BOOL", (text, word) => `coalesce(${text} = ${word}, false)`),
  overload(
    "ARRAY<STRING>, STRING -> BOOL",
    (texts, word) => `coalesce(list_contains(${texts}, ${word}), false)`,
  ),
];

/**
 * SEARCH as `NO_OP_ANALYZER` does it: a text is one word, and found by itself alone. The other analyzers
 * take texts apart by rules of their own.
 */
export function analyzeSearch(context: Context, call: Call, name: string): Expression {
  const plain = call.arguments.filter((argument) => argument.name === undefined);
  const others = call.arguments.filter((argument) => argument.name !== undefined);
  const analyzer = others.find((argument) => argument.name?.text.toLowerCase() === "analyzer");
  const other = others.find((argument) => argument !== analyzer);
  if (other?.name) throw notImplemented(`${name} with the argument ${other.name.text} by name`);
  const chosen =
    analyzer && analyzer.value !== "*" ? analyzeExpression(context, analyzer.value) : undefined;
  const written = chosen?.constant?.kind === "string" ? chosen.constant.value : "LOG_ANALYZER";
  if (written !== "NO_OP_ANALYZER") throw notImplemented(`${name} by ${written}`);
  const query = plain[1]?.value;
  if (query !== undefined && query !== "*" && analyzeExpression(context, query).reads.length > 0) {
    const problem = `Argument 2 to ${name} must be a constant expression`;
    return refuse(context, query.place, problem);
  }
  return callOverloads(context, { ...call, arguments: plain }, name, overloads);
}
