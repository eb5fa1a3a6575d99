/** Answers that came with the page, by their addresses; each is good for whoever asks first. */
let answers: Map<string, unknown> | undefined;

/** What came with the page for an address below `/api/v1`; undefined when nothing did, or it was taken. */
export const firstAnswer = (address: string): unknown => readAnswers().get(address);

/** Asked again, it would be old. */
export const forgetFirstAnswer = (address: string): void => {
  readAnswers().delete(address);
};

function readAnswers(): Map<string, unknown> {
  if (answers === undefined) {
    const sent: unknown = JSON.parse(document.getElementById("answers")?.textContent || "{}");
    answers = new Map(Object.entries(typeof sent === "object" && sent !== null ? sent : {}));
  }
  return answers;
}
