import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import type { Module } from "./read-configuration.ts";

type Fact = {
  required?: true | undefined;
  optional?: true | undefined;
  computed?: true | undefined;
  enum?: string[] | undefined;
  maxItems?: number | undefined;
  /** Arguments of a nested block. */
  block?: Record<string, Fact> | undefined;
};

const fact: z.ZodType<Fact> = z.strictObject({
  required: z.literal(true).optional(),
  optional: z.literal(true).optional(),
  computed: z.literal(true).optional(),
  enum: z.array(z.string()).optional(),
  maxItems: z.int().optional(),
  get block() {
    return z.record(z.string(), fact).optional();
  },
});

/**
 * Facts of hashicorp/google 7.45, of the resources that are used here. Those that only
 * hashicorp/google-beta has require it as their `provider`.
 */
export const providerFacts = z
  .record(z.string(), z.record(z.string(), fact))
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, "provider-facts.json"), "utf8")));

/** What Terraform itself knows in every resource. */
const metaArguments = ["count", "depends_on", "for_each", "lifecycle", "provisioner"];
const body = z.record(z.string(), z.unknown());
const blocks = z.array(body);

/**
 * What the provider would refuse: unknown resources, arguments and nested blocks, arguments that
 * only the provider sets, missing required ones, too many blocks, values outside an enum, the wrong
 * provider, and references to attributes that do not exist. Providers other than google are not looked at.
 */
export function checkProviderFacts(module: Module): string[] {
  const own = module.resources.filter(({ type }) => /^(?:data\.)?google_/.test(type));
  return [
    ...own.flatMap(({ type, name, body: { ...given } }) => {
      const facts = providerFacts[type];
      if (facts === undefined) return [`${type}.${name}: no such resource`];
      for (const argument of metaArguments) delete given[argument];
      // A provider is named without quotes, which makes it an expression to the parser.
      if (typeof given.provider === "string") given.provider = given.provider.slice(2, -1);
      return checkBody(`${type}.${name}`, given, facts);
    }),
    ...checkReferences(module),
  ];
}

function checkBody(
  path: string,
  given: Record<string, unknown>,
  facts: Record<string, Fact>,
): string[] {
  const { dynamic, ...fixed } = given;
  const all = { ...fixed, ...dynamicBlocks(dynamic) };
  const missing = Object.entries(facts)
    .filter(([name, { required }]) => required && !(name in all))
    .map(([name]) => `${path}: required '${name}' is missing`);
  return [
    ...missing,
    ...Object.entries(all).flatMap(([name, value]) => {
      const known = facts[name];
      if (known === undefined) return [`${path}: unknown argument '${name}'`];
      if (!known.required && !known.optional) return [`${path}: '${name}' is set by the provider`];
      if (known.block !== undefined) return checkBlocks(`${path}.${name}`, value, known);
      return checkValue(`${path}.${name}`, value, known);
    }),
  ];
}

function checkBlocks(path: string, value: unknown, { block = {}, maxItems }: Fact): string[] {
  const parsed = blocks.safeParse(value);
  if (!parsed.success) return [`${path}: is a block, not an argument`];
  const tooMany =
    maxItems !== undefined && parsed.data.length > maxItems
      ? [`${path}: more than ${maxItems}`]
      : [];
  return [...tooMany, ...parsed.data.flatMap((one) => checkBody(path, one, block))];
}

function checkValue(path: string, value: unknown, known: Fact): string[] {
  if (blocks.safeParse(value).success && Array.isArray(value) && value.length > 0) {
    return [`${path}: is an argument, not a block`];
  }
  const isLiteral = typeof value === "string" && !value.includes("${");
  // The provider takes an empty string as not set.
  if (known.enum === undefined || !isLiteral || value === "") return [];
  return known.enum.includes(value)
    ? []
    : [`${path}: '${value}' is none of ${known.enum.join(", ")}`];
}

/** The blocks that `dynamic` makes, one of each kind. */
function dynamicBlocks(dynamic: unknown): Record<string, unknown> {
  const parsed = z.record(z.string(), z.array(z.object({ content: blocks }))).safeParse(dynamic);
  if (!parsed.success) return {};
  return Object.fromEntries(
    Object.entries(parsed.data).map(([name, [first]]) => [name, first?.content ?? []]),
  );
}

const reference =
  /(?<![\w.])((?:data\.)?google_\w+)\.(\w+)(?:\[(?:[^\][]|\[[^\]]*\])*\])?\.([a-z]\w*)/g;

function checkReferences(module: Module): string[] {
  const text = JSON.stringify([module.resources, module.locals, module.outputs, module.modules]);
  return [...text.matchAll(reference)].flatMap(([, type = "", name = "", attribute = ""]) => {
    const where = `${type}.${name}.${attribute}`;
    if (!module.resources.some((one) => one.type === type && one.name === name)) {
      return [`${where}: there is no ${type}.${name}`];
    }
    return providerFacts[type]?.[attribute] === undefined ? [`${where}: no such attribute`] : [];
  });
}
