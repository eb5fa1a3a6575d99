import type { Answers } from "./answers.ts";

/** Answers that came with the page, by their addresses; each is good for whoever asks first. */
let answers: ReturnType<typeof readAnswers> | undefined;

/**
 * What came with the page for an address below `/api/v1`, as the server of its own release has made it;
 * undefined when nothing did, or it was taken.
 */
export function firstAnswer<Kind extends keyof Answers>(
  address: string,
  _kind: Kind,
): Answers[Kind] | undefined {
  answers ??= readAnswers();
  return answers.get(address);
}

/** Asked again, it would be old. */
export const forgetFirstAnswer = (address: string): void => {
  answers?.delete(address);
};

function readAnswers() {
  const sent = JSON.parse(document.getElementById("answers")?.textContent || "{}");
  return new Map(Object.keys(sent).map((address) => [address, sent[address]]));
}
