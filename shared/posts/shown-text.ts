const escaped: Record<string, string> = { lt: "<", gt: ">", amp: "&" };

/** A text as its network shows it: X escapes three characters in the texts that it delivers. */
export const shownText = (source: string, text: string): string =>
  source === "x" ? text.replace(/&(lt|gt|amp);/g, (_, name: string) => escaped[name] ?? "") : text;
