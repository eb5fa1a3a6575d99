import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

/**
 * The front end of a function, built from its folder `page`: `main.tsx` and `main.css` bundled and
 * named by their content, what they load later, `index.html` that names them, and other files as they
 * are; each also compressed, as `.br` and `.gz`. Undefined when there is no such folder.
 */
export async function buildPage(folder: string): Promise<Map<string, Uint8Array> | undefined> {
  if (!existsSync(folder)) return undefined;
  const { outputFiles } = await build({
    entryPoints: ["main.tsx", "main.css"].map((name) => join(folder, name)),
    outdir: folder,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    write: false,
    format: "esm",
    target: "es2023",
    jsx: "automatic",
    jsxImportSource: "preact",
    minify: true,
    legalComments: "none",
    // Chromium then compiles all of it beside the main thread, while it comes.
    banner: { js: "//# allFunctionsCalledOnLoad" },
    logLevel: "warning",
  });
  const files = new Map<string, Uint8Array>();
  let html = await readFile(join(folder, "index.html"), "utf8");
  for (const { path, contents } of outputFiles) {
    const name = basename(path);
    const extension = extname(name);
    if (name.startsWith("main-")) html = html.replace(`/main${extension}"`, `/${name}"`);
    files.set(name, contents);
  }
  files.set("index.html", Buffer.from(html));
  for (const name of await readdir(folder)) {
    if (name.endsWith(".svg")) files.set(name, await readFile(join(folder, name)));
  }
  const compressed = Array.from(files, ([name, contents]): [string, Uint8Array][] => [
    [`${name}.br`, brotli(contents)],
    [`${name}.gz`, gzipSync(contents, { level: 9 })],
  ]);
  return new Map([...files, ...compressed.flat()]);
}

const brotli = (contents: Uint8Array): Buffer =>
  brotliCompressSync(contents, {
    params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY },
  });
