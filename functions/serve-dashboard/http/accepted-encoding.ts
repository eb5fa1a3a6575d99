/** The first of the encodings that a request accepts; `identity` when it accepts none of them. */
export function acceptedEncoding(header: string | undefined, offered: Iterable<string>): string {
  const accepted = new Map(
    (header ?? "").split(",").map((part) => {
      const [name = "", ...settings] = part.trim().toLowerCase().split(";");
      const quality = settings.map((one) => /^\s*q=([\d.]+)\s*$/.exec(one)?.[1]).find(Boolean);
      return [name.trim(), quality === undefined ? 1 : Number(quality)];
    }),
  );
  for (const encoding of offered) {
    if ((accepted.get(encoding) ?? accepted.get("*") ?? 0) > 0) return encoding;
  }
  return "identity";
}
