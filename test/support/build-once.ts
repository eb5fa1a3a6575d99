import { ensureBuilt } from "../../terraform/ensure-built.ts";

/** Run once before all tests: the tests run the functions as they are built. */
export async function setup(): Promise<void> {
  await ensureBuilt();
}
