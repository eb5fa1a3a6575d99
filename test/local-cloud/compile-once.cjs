// JavaScript, because each function that runs here loads it: to load TypeScript takes longer.
const { hash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { createRequire, wrap } = require("node:module");
const path = require("node:path");
const { Script, constants } = require("node:vm");

const root = path.join(__dirname, "../..");
const folder = path.join(root, "node_modules/.cache/bundles");
/** Of source; what is smaller is compiled before its copy is found. */
const largeBytes = 100_000;
const digestBytes = 32;

/** What is imported while it runs is found as for any other file. */
const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;

/** @type {{ script: Script, digest: Buffer, file: string }[]} */
const compiled = [];

/**
 * Large files are compiled once on this machine. Node's own compile cache keeps what is compiled before a
 * file runs: of a bundle the smaller part, because each of its modules is compiled when it is asked for.
 */
const loadAsItIs = require.extensions[".js"];
require.extensions[".js"] = (module, filename) => {
  const source = readFileSync(filename, "utf8");
  if (source.length < largeBytes) return loadAsItIs(module, filename);
  const digest = hash("sha256", source, "buffer");
  const file = path.join(folder, path.relative(root, filename).replaceAll(/[^\w.-]/g, "_"));
  const cachedData = readCompiled(file, digest);
  const script = new Script(wrap(source), { filename, cachedData, importModuleDynamically });
  if (script.cachedDataRejected !== false) compiled.push({ script, digest, file });
  const require = createRequire(filename);
  script.runInThisContext()(module.exports, require, module, filename, path.dirname(filename));
};

/**
 * Keeps what has been compiled by now, unless it was there. Whoever keeps it when requests have been served
 * spares the next one that compiles for its first request, too. Who cannot write starts slower, and that is all.
 */
exports.keepCompiled = () => {
  for (const { script, digest, file } of compiled.splice(0)) {
    const temporary = `${file}.${process.pid}`;
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(temporary, Buffer.concat([digest, script.createCachedData()]));
      renameSync(temporary, file);
    } catch {}
  }
};

/**
 * What was compiled of the same source: V8 itself compares its length alone.
 * @param {string} file
 * @param {Buffer} digest
 */
function readCompiled(file, digest) {
  try {
    const kept = readFileSync(file);
    return digest.equals(kept.subarray(0, digestBytes)) ? kept.subarray(digestBytes) : undefined;
  } catch {
    return undefined;
  }
}
