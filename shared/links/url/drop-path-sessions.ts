import { valueShapes } from "../rules/value-shapes.ts";
import { hasShape, type Shape } from "./has-shape.ts";

/**
 * Drops session ids that a path carries as segments: a name and a value, as in `/osCsid/…/`, and
 * the `/(S(…))/` of ASP.NET. A name that means a session and nothing else goes without a value,
 * too, where it ends the path. Empty where nothing is left.
 */
export function dropPathSessions(path: string, fired: string[]): string {
  if (!path.includes("/(") && !sessionName.test(path)) return path;
  const segments = path.split("/");
  const present = new Set(segments.map((segment) => segment.toLowerCase()));
  const kept: string[] = [];
  for (const segment of segments) {
    const session = sessionOf(kept);
    if (session !== undefined && isValue(session, segment, present)) kept.pop();
    else if (!isAspNet(segment)) kept.push(segment);
  }
  while (sessionOf(kept)?.shape === "token") kept.pop();
  if (kept.length === segments.length) return path;
  fired.push("path-session");
  return kept.join("/");
}

type Session = { shape: Shape; beside: readonly string[] };

const sessions = new Map<string, Session>();
for (const entry of valueShapes) {
  const beside = "beside" in entry ? entry.beside : [];
  if (entry.why !== "session") continue;
  for (const name of entry.names) {
    // `/s/…` is a folder as good as any, and no path carries IIS's cookie.
    if (name.length > 1 && !name.endsWith("*")) sessions.set(name, { shape: entry.shape, beside });
  }
}
const sessionName = new RegExp(`/(?:${[...sessions.keys()].join("|")})(?:/|$)`, "i");

/** What the last of these segments names. */
const sessionOf = (segments: readonly string[]): Session | undefined =>
  sessions.get(String(segments.at(-1)).toLowerCase());

function isValue({ shape, beside }: Session, segment: string, present: Set<string>): boolean {
  if (segment === "" || !hasShape(shape, segment.toLowerCase())) return false;
  return beside.length === 0 || beside.some((name) => present.has(name));
}

/** `(S(…))`, `(A(…)S(…)F(…))` or, before .NET 2, `(…)`, with ids of 24 characters. */
function isAspNet(segment: string): boolean {
  if (!/[a-z0-9]{24}/.test(segment)) return false;
  return /^\((?:[a-z0-9]{24}|(?:[A-Za-z]\([A-Za-z0-9_-]{0,512}\)){1,8})\)$/.test(segment);
}
