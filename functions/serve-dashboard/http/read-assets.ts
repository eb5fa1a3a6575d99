import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A file of the page, in each encoding it was built in. */
export type Asset = {
  type: string;
  /** Whether its name tells its content, so that it never changes. */
  isNamedByContent: boolean;
  etag: string;
  /** Content by encoding; `identity` is always there. */
  bodies: ReadonlyMap<string, Buffer>;
};

const types: Record<string, string> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};
const encodings: Record<string, string> = { br: "br", gz: "gzip" };

/**
 * The page as it was built, by the names of its files: a folder of files, beside each the same
 * compressed.
 * @throws {Error} when there is none: a function is deployed with its page.
 */
export function readAssets(folder: string): ReadonlyMap<string, Asset> {
  const names = readdirSync(folder);
  const plain = names.filter((name) => !isCompressed(name));
  return new Map(plain.map((name) => [name, readAsset(folder, name, names)]));
}

function readAsset(folder: string, name: string, names: readonly string[]): Asset {
  const body = readFileSync(join(folder, name));
  const compressed = Object.entries(encodings)
    .filter(([extension]) => names.includes(`${name}.${extension}`))
    .map(([extension, encoding]): [string, Buffer] => [
      encoding,
      readFileSync(join(folder, `${name}.${extension}`)),
    ]);
  return {
    type: types[extensionOf(name)] ?? "application/octet-stream",
    isNamedByContent: /-[A-Z0-9]{8}\.\w+$/.test(name),
    etag: etagOf(body),
    bodies: new Map([["identity", body], ...compressed]),
  };
}

const extensionOf = (name: string): string => name.slice(name.lastIndexOf(".") + 1);
const isCompressed = (name: string): boolean => extensionOf(name) in encodings;

/** A weak tag of a content, as each encoding of it has it. */
export const etagOf = (content: Buffer | string): string =>
  `W/"${createHash("sha256").update(content).digest("base64url").slice(0, 22)}"`;
