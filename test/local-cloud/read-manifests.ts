import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { functionNames } from "../../terraform/build-functions.ts";

const memory = z.string().regex(/^\d+(?:Mi|Gi)$/);
const reasons = z.record(z.string(), z.string().min(1));

const trigger = z.union([
  z.strictObject({ topics: z.array(z.string()).min(1) }),
  z.strictObject({ http: z.enum(["public", "private"]) }),
]);

/** `function.json`: a function's contract with the platform. Each permission has its reason. */
const functionManifest = z.strictObject({
  description: z.string().min(1),
  trigger,
  /** Topics it publishes to → why. */
  publishes: reasons,
  /** Tables it appends to → why. */
  tables: reasons.optional(),
  /** Tables and views it queries → why. */
  queries: reasons.optional(),
  /** Environment variables that name the buckets it works on → what it does there. */
  buckets: reasons.optional(),
  /** Environment variables that the deployment sets → what they are. */
  environment: reasons,
  /** Environment variables that are mounted from Secret Manager → what they are. */
  secrets: reasons.optional(),
  memory,
  cpu: z.number().positive(),
  concurrency: z.int().min(1).max(1_000),
  minInstances: z.int().min(0),
  maxInstances: z.int().min(1),
  /** Of one request; also the acknowledgement deadline of its subscriptions. */
  timeoutSeconds: z.int().min(10).max(600),
});

export type FunctionManifest = z.infer<typeof functionManifest> & { name: string };

const root = join(import.meta.dirname, "../..");

/** The manifests of all functions, by name. */
export async function readManifests(): Promise<FunctionManifest[]> {
  const names = await functionNames();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(root, "functions", name, "function.json"), "utf8");
      return { name, ...functionManifest.parse(JSON.parse(text)) };
    }),
  );
}

/** Topics that some function publishes to or is triggered by. */
export function topicsOf(manifests: readonly FunctionManifest[]): string[] {
  const topics = manifests.flatMap(({ trigger: { ...cause }, publishes }) => [
    ...("topics" in cause ? cause.topics : []),
    ...Object.keys(publishes),
  ]);
  return [...new Set(topics)].sort();
}

/** Topics of what comes in, which is kept as it came; the rule is Terraform's (topics.tf). */
export function rawTopics(manifests: readonly FunctionManifest[]): string[] {
  const topics = manifests.flatMap(({ name, trigger, publishes }) => {
    if (name.startsWith("normalize-") && "topics" in trigger) return trigger.topics;
    if (!/^(?:receive|load)-/.test(name)) return [];
    return Object.keys(publishes).filter((topic) => topic !== "failed-events");
  });
  return [...new Set(topics)].sort();
}
