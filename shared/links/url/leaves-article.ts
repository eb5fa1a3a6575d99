import { collections } from "../rules/collections.ts";

/**
 * Whether a path, without the AMP suffix it had, is one of an article: a slug, or something deeper
 * that is no collection. `/plugins/amp` is a plugin, and `/amp` a page of its own.
 */
export function leavesArticle(path: string): boolean {
  const segments = path.split("/").filter((segment) => segment !== "");
  const last = segments.at(-1);
  if (last === undefined || /^[.~@]/.test(last)) return false;
  const words = last.split(/[-_]/);
  if (words.length > 2 || /[0-9]{4}/.test(last)) return true;
  const dot = last.lastIndexOf(".");
  if (dot !== -1 && /^[a-z]{3,5}$/i.test(last.slice(dot + 1))) return true;
  const name = (words.at(-1) ?? "").toLowerCase();
  if (name.length <= 3 || name.endsWith("s") || known.has(name)) return false;
  return words.length === 2 || segments.length > 1;
}

const known = new Set<string>(collections);
