import type { Module } from "./read-configuration.ts";

/**
 * A module with the blocks of another one laid over it, as Terraform lays an override file: what the
 * other says replaces what the module says, argument by argument, and `null` takes it away.
 */
export function overrideModule(module: Module, other: Module): Module {
  const resources = module.resources.map((resource) => {
    const over = other.resources.find(
      ({ type, name }) => type === resource.type && name === resource.name,
    );
    return over === undefined ? resource : { ...resource, body: merged(resource.body, over.body) };
  });
  const isNew = ({ type, name }: { type: string; name: string }) =>
    !module.resources.some((one) => one.type === type && one.name === name);
  return {
    terraform: other.terraform.length > 0 ? other.terraform : module.terraform,
    variables: { ...module.variables, ...other.variables },
    outputs: { ...module.outputs, ...other.outputs },
    locals: { ...module.locals, ...other.locals },
    modules: { ...module.modules, ...other.modules },
    resources: [...resources, ...other.resources.filter(isNew)],
  };
}

function merged(
  body: Record<string, unknown>,
  over: Record<string, unknown>,
): Record<string, unknown> {
  const entries = Object.entries({ ...body, ...over });
  return Object.fromEntries(entries.filter(([, value]) => value !== null));
}
