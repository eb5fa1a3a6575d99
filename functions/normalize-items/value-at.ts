import { isRecord } from "../../shared/codec/is-record.ts";
import type { Path } from "./item-layout.ts";

/** What stands at a path, or undefined; `null` is nothing, too. */
export function valueAt(value: unknown, path: Path): unknown {
  let inner = value;
  for (const name of path) {
    if (!isRecord(inner) || !Object.hasOwn(inner, name)) return undefined;
    inner = inner[name];
  }
  return inner ?? undefined;
}
