import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { deployedFolders } from "../../../terraform/generate.ts";
import type { Module } from "./read-configuration.ts";

const root = join(import.meta.dirname, "../../..");
const names = z.array(z.string());
const strings = z.record(z.string(), z.string());

const outputs = z.object({
  functions: z.record(
    z.string(),
    z.object({
      environment: strings,
      topics: names,
      publishes: names,
      tables: names,
      secrets: names,
      http: z.enum(["public", "private"]).nullable(),
      delivery: z.object({
        min_backoff_seconds: z.number(),
        max_backoff_seconds: z.number(),
        max_attempts: z.number(),
      }),
      resources: z.object({
        concurrency: z.number(),
        cpu: z.number(),
        max_instances: z.number(),
        memory: z.string(),
        min_instances: z.number(),
        timeout_seconds: z.number(),
      }),
    }),
  ),
  topics: names,
  archived_topics: names,
  secrets: names,
  tables: z.record(z.string(), z.unknown()),
  first_views: names,
  second_views: names,
  third_views: names,
  view_reads: z.record(z.string(), names),
  view_sql: strings,
  search_index_sql: strings,
  failure_reasons: names,
  counters: z.record(
    z.string(),
    z.object({ message: z.string(), field: z.string(), label: z.string().nullable() }),
  ),
  subscription_names: names,
  alerts: z.record(z.string(), z.object({ query: z.string(), duration: z.string().optional() })),
});

/** What Terraform makes of manifests, schemas and views: names and settings, no resources. */
type EvaluatedDeployment = z.infer<typeof outputs>;

/** Whether the terraform command is installed. */
export const hasTerraform = isInstalled();

if (!hasTerraform) console.warn("terraform is not installed: tests that need it are skipped");

/**
 * Evaluates the local values of the deployment with the terraform command itself. Needs no provider:
 * what refers to a resource is left out. `settings` are variables, as in terraform.tfvars.
 */
export function evaluateDeployment(
  module: Module,
  settings: Record<string, unknown>,
): EvaluatedDeployment {
  const folder = mkdtempSync(join(tmpdir(), "hourtally-terraform-"));
  try {
    const inside = join(folder, "terraform");
    mkdirSync(inside);
    for (const name of [...deployedFolders, "failure-reasons.json"]) {
      symlinkSync(join(root, "terraform", name), join(inside, name));
    }
    const output = Object.fromEntries(
      Object.keys(outputs.shape).map((name) => [name, { value: `\${local.${name}}` }]),
    );
    const variables = Object.fromEntries(
      Object.entries(module.variables).map(([name, { default: fallback, type }]) => [
        name,
        // Types are no expressions in Terraform's JSON.
        { type: String(type).slice(2, -1), ...(fallback !== undefined && { default: fallback }) },
      ]),
    );
    const locals = withoutResources(module.locals);
    writeFileSync(
      join(inside, "main.tf.json"),
      JSON.stringify({ variable: variables, locals, output }, null, 1),
    );
    writeFileSync(join(inside, "terraform.tfvars.json"), JSON.stringify(settings));
    terraform(inside, ["apply", "-auto-approve", "-input=false", "-no-color"]);
    const state: unknown = JSON.parse(terraform(inside, ["output", "-json"]));
    const values = z.record(z.string(), z.object({ value: z.unknown() })).parse(state);
    return outputs.parse(
      Object.fromEntries(Object.entries(values).map(([name, { value }]) => [name, value])),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Local values that depend on no resource, neither themselves nor through others. */
function withoutResources(locals: Record<string, unknown>): Record<string, unknown> {
  let kept = locals;
  for (;;) {
    const next = Object.fromEntries(
      Object.entries(kept).filter(([, value]) => {
        const text = JSON.stringify(value);
        const needed = [...text.matchAll(/\blocal\.(\w+)/g)].map(([, name = ""]) => name);
        return (
          !/(?<![\w.])(?:(?:google|time|archive|terraform)_\w+|data|module)\.\w/.test(text) &&
          needed.every((name) => name in kept)
        );
      }),
    );
    if (Object.keys(next).length === Object.keys(kept).length) return next;
    kept = next;
  }
}

function terraform(folder: string, args: string[]): string {
  return execFileSync("terraform", [`-chdir=${folder}`, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH, HOME: folder, CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1" },
  });
}

function isInstalled(): boolean {
  try {
    execFileSync("terraform", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
