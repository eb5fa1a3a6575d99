import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { providerFacts } from "./check-provider-facts.ts";
import type { Module, Resource } from "./read-configuration.ts";

const root = join(import.meta.dirname, "../../..");

/** A deployment that Terraform carries out on this machine, with every resource but a stand-in. */
export type Rehearsal = {
  /** Runs a command of Terraform with these variables. Its output is stdout and stderr together. */
  run: (
    command: string[],
    settings?: Record<string, unknown>,
  ) => { status: number; output: string };
  /** Changes what is deployed from here on, as another checkout would. */
  rewrite: (root: Module, eventFunction: Module) => void;
  /** Adds a file to the root module. */
  addFile: (name: string, text: string) => void;
  close: () => void;
};

type Part = "functions" | "tables" | "topics" | "views";

const reasons = ["malformed-json", "unknown-shape"];
const manifestOf = (name: string) =>
  manifest.parse(
    JSON.parse(readFileSync(join(root, "terraform/manifests", `${name}.json`), "utf8")),
  );
const manifest = z.looseObject({
  trigger: z.looseObject({ topics: z.array(z.string()) }),
  tables: z.record(z.string(), z.string()),
});

/**
 * Lets the terraform command itself apply, plan, import and destroy the deployment, without any
 * provider: each resource becomes a `terraform_data` of the name `<type>__<name>`, which has the same
 * arguments, the same dependencies and lifecycle, and attributes that are unknown until it is made.
 * So order, unknown values and what a destroy takes are Terraform's own; what Google answers is not.
 * Of functions, tables, views and topics of triggers those named are deployed, and a metric for the
 * first reasons of failures: a few stand for all, and Terraform writes down all that there is after each.
 */
export function rehearseDeployment(
  rootModule: Module,
  eventFunction: Module,
  { functions, tables, topics, views }: Record<Part, readonly string[]>,
): Rehearsal {
  const folder = mkdtempSync(join(tmpdir(), "hourtally-rehearsal-"));
  const inside = join(folder, "terraform");
  mkdirSync(join(inside, "modules/event-function"), { recursive: true });
  mkdirSync(join(folder, "dist"));
  const link = (name: string) => symlinkSync(join(root, "terraform", name), join(inside, name));
  const addJson = (name: string, value: unknown) =>
    writeFileSync(join(inside, name), JSON.stringify(value));
  addJson("failure-reasons.json", reasons);
  for (const folder of ["manifests", "schemas", "views"]) mkdirSync(join(inside, folder));
  for (const name of tables) link(`schemas/${name}.json`);
  for (const name of views) {
    link(`views/${name}.json`);
    link(`views/${name}.sql`);
  }
  for (const name of functions) {
    const whole = manifestOf(name);
    addJson(`manifests/${name}.json`, {
      ...whole,
      trigger: {
        ...whole.trigger,
        topics: whole.trigger.topics.filter((topic) => topics.includes(topic)),
      },
      tables: Object.fromEntries(
        Object.entries(whole.tables).filter(([table]) => tables.includes(table)),
      ),
    });
    // The bundle itself: whether it is built is asked before anything is deployed.
    symlinkSync(join(root, "dist", name), join(folder, "dist", name));
  }
  const write = (name: string, module: Module) =>
    writeFileSync(join(inside, name), JSON.stringify(standIns(module), null, 1));
  const rewrite = (changedRoot: Module, changedFunction: Module) => {
    write("main.tf.json", changedRoot);
    write("modules/event-function/main.tf.json", changedFunction);
  };
  const run = (command: string[], settings: Record<string, unknown> = {}) => {
    writeFileSync(
      join(inside, "terraform.tfvars.json"),
      JSON.stringify({ project_id: "a-project", region: "europe-west1", ...settings }),
    );
    const { status, stdout, stderr } = spawnSync("terraform", command, {
      // A plan shows the text of each view.
      maxBuffer: 64 * 1024 * 1024,
      cwd: inside,
      encoding: "utf8",
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        CHECKPOINT_DISABLE: "1",
        // Memory is there, and to free it often is dear.
        GOGC: "400",
        TF_IN_AUTOMATION: "1",
        TF_CLI_ARGS: "-no-color",
      },
    });
    return { status: status ?? -1, output: stdout + stderr };
  };
  rewrite(rootModule, eventFunction);
  const fetched = run(["get"]);
  if (fetched.status !== 0) throw new Error(`terraform get: ${fetched.output}`);
  return {
    run,
    rewrite,
    addFile: (name, text) => writeFileSync(join(inside, name), text),
    close: () => rmSync(folder, { recursive: true }),
  };
}

/** Name of the stand-in of a resource or, with `data.` before its type, of a data source. */
const standInName = (type: string, name: string) => `${type.replace(".", "__")}__${name}`;
const provided = /(?<![\w.])((?:data\.)?(?:google|time|archive)_\w+)\.(\w+)/g;

/** Attributes that providers other than google set, by type. */
const otherComputed: Record<string, string[]> = {
  "data.archive_file": ["output_md5"],
  time_sleep: ["id"],
  time_static: ["unix"],
};

function standIns(module: Module): Record<string, unknown> {
  const others = module.resources.filter(({ type }) => !isProvided(type));
  const replaced = module.resources.filter(({ type }) => isProvided(type));
  const resources = [
    ...others.map(({ name, body }) => [name, asJson(body)] as const),
    ...replaced.map((resource) => [standInName(resource.type, resource.name), standInOf(resource)]),
  ];
  return {
    variable: mapValues(module.variables, ({ type, ...rest }) => ({
      ...rest,
      // Types are no expressions in Terraform's JSON.
      type: String(type).slice(2, -1),
    })),
    locals: { ...asJson(module.locals), ...Object.fromEntries(replaced.map(attributesOf)) },
    output: mapValues(module.outputs, asJson),
    resource: { terraform_data: Object.fromEntries(resources) },
    // Terraform's JSON has no empty groups of modules.
    ...(Object.keys(module.modules).length > 0 && { module: mapValues(module.modules, asJson) }),
  };
}

const isProvided = (type: string) => new RegExp(provided.source).test(`${type}.x`);

const meta = ["count", "for_each", "depends_on", "lifecycle"];

function standInOf({ type, name, body }: Resource): Record<string, unknown> {
  const { provider: _, ...given } = body;
  const kept = Object.entries(given).filter(([argument]) => meta.includes(argument));
  const own = Object.fromEntries(
    Object.entries(given).filter(([argument]) => !meta.includes(argument)),
  );
  const computed = Object.fromEntries(
    (otherComputed[type] ?? []).map((attribute) => [attribute, `${type}/${name}/${attribute}`]),
  );
  return asJson({
    ...Object.fromEntries(kept),
    input: { ...computed, ...withComputed(own, providerFacts[type] ?? {}, `${type}/${name}`) },
  });
}

const blocks = z.array(z.record(z.string(), z.unknown()));
const provisioners = z.record(z.string(), blocks);
const dynamicBlocks = z.record(z.string(), z.array(z.object({ for_each: z.unknown() })));

/** Arguments and, in them and their blocks, what the provider would set. */
function withComputed(
  given: Record<string, unknown>,
  facts: NonNullable<(typeof providerFacts)[string]>,
  path: string,
): Record<string, unknown> {
  const { dynamic = {}, ...fixed } = given;
  const computed = Object.entries(facts)
    .filter(([name, fact]) => fact.computed && fact.block === undefined && !(name in given))
    .map(([name]) => [name, `${path}/${name}`]);
  const own = Object.entries(fixed).map(([name, value]) => {
    const nested = facts[name]?.block;
    if (nested === undefined) return [name, value];
    const all = blocks.parse(value);
    return [name, all.map((one) => withComputed(one, nested, `${path}/${name}`))];
  });
  const repeated = Object.entries(dynamicBlocks.parse(dynamic)).map(([name, [first]]) => [
    name,
    first?.for_each,
  ]);
  return Object.fromEntries([...computed, ...own, ...repeated]);
}

/** The local value that stands for the attributes of a resource. */
function attributesOf({ type, name, body }: Resource): [string, string] {
  const standIn = standInName(type, name);
  const all = `terraform_data.${standIn}`;
  if (body.for_each !== undefined) {
    return [standIn, `\${{ for key, one in ${all} : key => one.output }}`];
  }
  if (body.count !== undefined) return [standIn, `\${[for one in ${all} : one.output]}`];
  return [standIn, `\${${all}.output}`];
}

/** What was read from HCL as Terraform reads it from JSON, with references to stand-ins. */
function asJson(body: Record<string, unknown>): Record<string, unknown> {
  return mapValues(body, (value, name) => {
    if (name === "depends_on") return references(value);
    // A keyword, that the parser takes for an expression.
    if (value === "${destroy}") return "destroy";
    if (name === "provisioner") {
      return mapValues(provisioners.parse(value), (all) => all.map(asJson));
    }
    if (name !== "lifecycle") return withStandIns(value);
    return blocks.parse(value).map((lifecycle) =>
      mapValues(lifecycle, (rule, kind) => {
        if (kind === "ignore_changes") return rule === "${all}" ? "all" : [];
        if (kind === "replace_triggered_by") return references(rule);
        return withStandIns(rule);
      }),
    );
  });
}

/** `${type.name}` without its wrapping, because Terraform's JSON wants names here. */
function references(value: unknown): string[] {
  return z
    .array(z.string())
    .parse(value)
    .map((one) =>
      one
        .slice(2, -1)
        .replace(provided, (_, type, name) => `terraform_data.${standInName(type, name)}`),
    );
}

function withStandIns(value: unknown): unknown {
  if (typeof value === "string") {
    return value.replace(provided, (_, type, name) => `local.${standInName(type, name)}`);
  }
  if (Array.isArray(value)) return value.map(withStandIns);
  const record = z.record(z.string(), z.unknown()).safeParse(value);
  return record.success ? mapValues(record.data, withStandIns) : value;
}

function mapValues<T>(
  record: Record<string, T>,
  change: (value: T, name: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, change(value, name)]),
  );
}
