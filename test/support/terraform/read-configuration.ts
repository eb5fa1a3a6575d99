import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@cdktf/hcl2json";
import * as z from "zod";

const body = z.record(z.string(), z.unknown());
const labelled = z.record(z.string(), z.array(body));
const twiceLabelled = z.record(z.string(), labelled);

const hclFile = z.object({
  terraform: z.array(body).default([]),
  variable: labelled.default({}),
  output: labelled.default({}),
  locals: z.array(body).default([]),
  module: labelled.default({}),
  resource: twiceLabelled.default({}),
  data: twiceLabelled.default({}),
});

/** A resource, or with `data.` before its type, a data source. */
export type Resource = { type: string; name: string; body: Record<string, unknown> };

/** What the .tf files of one folder say. Expressions are strings, `${…}`. */
export type Module = {
  terraform: Record<string, unknown>[];
  variables: Record<string, Record<string, unknown>>;
  outputs: Record<string, Record<string, unknown>>;
  locals: Record<string, unknown>;
  modules: Record<string, Record<string, unknown>>;
  resources: Resource[];
};

/** Text of one or several .tf files as a module. @throws {Error} where it is no HCL. */
export async function parseModule(files: Record<string, string>): Promise<Module> {
  const module: Module = {
    terraform: [],
    variables: {},
    outputs: {},
    locals: {},
    modules: {},
    resources: [],
  };
  for (const [name, text] of Object.entries(files)) {
    const parsed = hclFile.parse(await parse(name, text));
    module.terraform.push(...parsed.terraform);
    Object.assign(module.variables, firstOf(parsed.variable));
    Object.assign(module.outputs, firstOf(parsed.output));
    Object.assign(module.modules, firstOf(parsed.module));
    Object.assign(module.locals, ...parsed.locals);
    module.resources.push(...resourcesOf(parsed.resource, ""));
    module.resources.push(...resourcesOf(parsed.data, "data."));
  }
  return module;
}

/** The .tf files of a folder by name. */
export function readTerraformFiles(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith(".tf"));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

function firstOf(blocks: z.infer<typeof labelled>): Record<string, Record<string, unknown>> {
  return Object.fromEntries(Object.entries(blocks).map(([name, [first]]) => [name, first ?? {}]));
}

function resourcesOf(blocks: z.infer<typeof twiceLabelled>, prefix: string): Resource[] {
  return Object.entries(blocks).flatMap(([type, named]) =>
    Object.entries(named).map(([name, [first]]) => ({
      type: prefix + type,
      name,
      body: first ?? {},
    })),
  );
}
