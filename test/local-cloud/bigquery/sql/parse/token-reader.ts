import { placeError, syntaxError } from "../place-error.ts";
import { type SqlToken, scanSql } from "../scan-sql.ts";
import { isReserved } from "./reserved-words.ts";
import type { Name } from "./syntax-tree.ts";

export type TokenReader = ReturnType<typeof readTokens>;

/** Reads the tokens of a text one after the other; every refusal names the place. */
export function readTokens(sql: string) {
  const tokens = scanSql(sql);
  const end: SqlToken = {
    kind: "end",
    text: "",
    upper: "",
    value: "",
    start: sql.trimEnd().length,
    end: sql.length,
  };
  let position = 0;
  let positional = 0;

  const peek = (ahead = 0): SqlToken => tokens[position + ahead] ?? end;
  const next = (): SqlToken => {
    const token = peek();
    position += 1;
    return token;
  };
  const refuse = (problem: string, token = peek()): never => {
    throw syntaxError(sql, token.start, problem);
  };
  const refusePlainly = (problem: string, token = peek()): never => {
    throw placeError(sql, token.start, problem);
  };
  const unexpected = (token = peek()): never => refuse(`Unexpected ${describe(token)}`, token);
  const isWord = (word: string, ahead = 0) => {
    const token = peek(ahead);
    return token.kind === "word" && token.upper === word;
  };
  const isSymbol = (text: string, ahead = 0) => {
    const token = peek(ahead);
    return token.kind === "symbol" && token.text === text;
  };
  const takeWord = (...words: string[]): boolean => {
    if (!words.every((word, index) => isWord(word, index))) return false;
    position += words.length;
    return true;
  };
  const takeSymbol = (text: string): boolean => {
    if (!isSymbol(text)) return false;
    position += 1;
    return true;
  };
  const isName = (ahead = 0) => {
    const token = peek(ahead);
    return token.kind === "quoted" || (token.kind === "word" && !isReserved(token.text));
  };

  return {
    sql,
    peek,
    next,
    refuse,
    refusePlainly,
    unexpected,
    isWord,
    isSymbol,
    takeWord,
    takeSymbol,
    isName,
    atEnd: () => peek().kind === "end",
    place: () => peek().start,
    mark: () => position,
    reset: (mark: number) => {
      position = mark;
    },
    /** Makes two tokens of one, where it stands next: `>>` may close two types. */
    splitSymbol: (whole: string, half: string) => {
      const token = peek();
      if (token.kind !== "symbol" || token.text !== whole) return;
      const part = { ...token, text: half, upper: half };
      tokens.splice(position, 1, part, { ...part, start: token.start + half.length });
    },
    countParameter: () => positional++,
    expectWord: (word: string) => {
      if (!takeWord(word)) refuse(`Expected keyword ${word} but got ${describe(peek())}`);
    },
    expectSymbol: (text: string) => {
      if (!takeSymbol(text)) refuse(`Expected "${text}" but got ${describe(peek())}`);
    },
    expectEnd: () => {
      if (peek().kind !== "end") refuse(`Expected end of input but got ${describe(peek())}`);
    },
    expectName: (): Name => {
      if (!isName()) unexpected();
      return toName(next());
    },
    /** After a dot every word is a name. */
    expectMember: (): Name => {
      const token = peek();
      if (token.kind !== "quoted" && token.kind !== "word") unexpected();
      return toName(next());
    },
  };
}

function toName(token: SqlToken): Name {
  return { text: token.kind === "quoted" ? token.value : token.text, place: token.start };
}

/** A token as Google's parser calls it. */
export function describe(token: SqlToken): string {
  switch (token.kind) {
    case "end":
      return "end of statement";
    case "word":
      return isReserved(token.text) ? `keyword ${token.upper}` : `identifier "${token.text}"`;
    case "quoted":
      return `identifier ${token.text}`;
    case "string":
      return `string literal ${token.text}`;
    case "bytes":
      return `bytes literal ${token.text}`;
    case "number":
      return `${/^(?:0x[\da-f]+|\d+)$/i.test(token.text) ? "integer" : "floating point"} literal "${token.text}"`;
    default:
      return `"${token.text}"`;
  }
}
