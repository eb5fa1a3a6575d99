/** An archived object cannot be read, or not from some byte on. */
export class ArchiveError extends Error {
  override name = "ArchiveError";
}
