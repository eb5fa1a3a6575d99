/** A mistake in how a command was called; its message says what to write instead. */
export class UserError extends Error {
  override name = "UserError";
}
