/**
 * What Google's client calls published has the id of its message; an answer to fewer messages than were
 * sent leaves it out.
 * @throws {Error} when it does not: then nobody knows whether the message is safe.
 */
export function requireMessageId(id: unknown): void {
  if (typeof id === "string" && id !== "") return;
  throw new Error("Pub/Sub has answered without the id of the message");
}
