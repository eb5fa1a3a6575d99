import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readAssets } from "../../../../../functions/serve-dashboard/http/read-assets.ts";

/** Reads a folder of these files. */
function readFolder(files: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), "read-assets-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return readAssets(folder);
}

test("files have their type, and each encoding that stands beside them", () => {
  const assets = readFolder({
    "index.html": "<html>",
    "main-ABCDEF12.js": "main()",
    "main-ABCDEF12.js.br": "brotli",
    "main-ABCDEF12.js.gz": "gzip",
  });
  expect([...assets.keys()].toSorted()).toEqual(["index.html", "main-ABCDEF12.js"]);
  expect(assets.get("index.html")).toMatchObject({
    type: "text/html; charset=utf-8",
    isNamedByContent: false,
    bodies: new Map([["identity", Buffer.from("<html>")]]),
  });
  expect(assets.get("main-ABCDEF12.js")).toMatchObject({
    type: "text/javascript; charset=utf-8",
    isNamedByContent: true,
    bodies: new Map([
      ["identity", Buffer.from("main()")],
      ["br", Buffer.from("brotli")],
      ["gzip", Buffer.from("gzip")],
    ]),
  });
});

test("only a name with a hash is of its content", () => {
  const assets = readFolder({ "main.js": "", "main-abcdef12.js": "", "icon-ABCDEF12.svg": "" });
  const named = [...assets].filter(([, asset]) => asset.isNamedByContent).map(([name]) => name);
  expect(named).toEqual(["icon-ABCDEF12.svg"]);
});

test("a tag is of the content, whatever the file is called", () => {
  const [one, other] = [readFolder({ "a.css": "x" }), readFolder({ "a.css": "y", "b.css": "x" })];
  expect(other.get("b.css")?.etag).toBe(one.get("a.css")?.etag);
  expect(other.get("a.css")?.etag).not.toBe(one.get("a.css")?.etag);
  expect(one.get("a.css")?.etag).toMatch(/^W\/"[\w-]{22}"$/);
});
