import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const root = resolve(import.meta.dirname, "../..");
const execute = promisify(execFile);
const maxOutput = 16 * 1024 * 1024;

/** The project as it stands, in a folder of its own that may be changed. */
export type CopiedTree = {
  folder: string;
  /** Runs a package's or Node's program in it. Rejects, with what it printed, when it fails. */
  run: (program: string, ...args: string[]) => Promise<string>;
  remove: () => Promise<void>;
};

/** A copy of the files that git knows or would take, with the same packages. */
export async function copyTree(): Promise<CopiedTree> {
  const folder = await mkdtemp(join(tmpdir(), "hourtally-tree-"));
  const listing = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"];
  const { stdout } = await execute("git", listing, { cwd: root, maxBuffer: maxOutput });
  for (const path of stdout
    .split("\0")
    .filter((one) => one !== "" && existsSync(join(root, one)))) {
    await cp(join(root, path), join(folder, path));
  }
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  const bin = (program: string) => join(folder, "node_modules/.bin", program);
  const run = async (program: string, ...args: string[]) => {
    try {
      const done = await execute(bin(program), args, { cwd: folder, maxBuffer: maxOutput });
      return done.stdout;
    } catch (error) {
      const told = error instanceof Error && "stdout" in error ? String(error.stdout) : "";
      throw new Error(`${program} ${args.join(" ")} failed: ${told.slice(-4_000)}`, {
        cause: error,
      });
    }
  };
  return { folder, run, remove: () => rm(folder, { recursive: true, force: true }) };
}
