import type { Module } from "./read-configuration.ts";
import type { Deployment } from "./rule.ts";

const inFunction = "module.event_function.";
const reference =
  /(?<![\w.])(?:(local|var)\.(\w+)|((?:data\.)?(?:google|time|archive|terraform)_\w+)\.(\w+)|(module\.event_function))/g;

/**
 * What each resource and data source refers to itself, as Terraform sees it: resource → resources,
 * those of the module of one function as `module.event_function.<type>.<name>`. Local values and what
 * is given to the module are followed; a reference to the module is one to all that is in it.
 */
export function dependenciesOf({ root, eventFunction }: Deployment): Map<string, Set<string>> {
  const given = root.modules.event_function ?? {};
  const { depends_on: waits, ...inputs } = given;
  const inModule = eventFunction.resources.map(({ type, name }) => `${inFunction}${type}.${name}`);

  const refersTo = (module: Module, value: unknown, seen: ReadonlySet<string>): string[] => {
    const isRoot = module === root;
    const prefix = isRoot ? "" : inFunction;
    return [...JSON.stringify(value ?? null).matchAll(reference)].flatMap(
      ([whole, kind, name = "", type = "", resource = "", all]) => {
        if (all !== undefined) return inModule;
        if (kind === undefined) return [`${prefix}${type}.${resource}`];
        if (seen.has(prefix + whole)) return [];
        const next = new Set([...seen, prefix + whole]);
        if (kind === "local") return refersTo(module, module.locals[name], next);
        return isRoot ? [] : refersTo(root, inputs[name], next);
      },
    );
  };

  const nothing = new Set<string>();
  return new Map([
    ...root.resources.map(
      ({ type, name, body }) =>
        [`${type}.${name}`, new Set(refersTo(root, body, nothing))] as const,
    ),
    ...eventFunction.resources.map(
      ({ type, name, body }) =>
        [
          `${inFunction}${type}.${name}`,
          new Set([...refersTo(eventFunction, body, nothing), ...refersTo(root, waits, nothing)]),
        ] as const,
    ),
  ]);
}

/** All that must be there before `resource`, and so is destroyed after it. */
export function neededBy(
  resource: string,
  dependencies: ReadonlyMap<string, ReadonlySet<string>>,
): Set<string> {
  const needed = new Set<string>();
  const add = (one: string) => {
    for (const other of dependencies.get(one) ?? []) {
      if (needed.has(other)) continue;
      needed.add(other);
      add(other);
    }
  };
  add(resource);
  return needed;
}

/** Seconds that a first apply sleeps at least: those of the longest way through the `time_sleep`s. */
export function longestWait(deployment: Deployment): number {
  const dependencies = dependenciesOf(deployment);
  const sleeps = new Map(
    [
      ...deployment.root.resources.map((one) => ({ ...one, prefix: "" })),
      ...deployment.eventFunction.resources.map((one) => ({ ...one, prefix: inFunction })),
    ]
      .filter(({ type }) => type === "time_sleep")
      .map(({ type, name, body, prefix }) => [
        `${prefix}${type}.${name}`,
        Number.parseInt(String(body.create_duration), 10),
      ]),
  );
  const known = new Map<string, number>();
  const waitOf = (resource: string): number => {
    const before = known.get(resource);
    if (before !== undefined) return before;
    const others = [...(dependencies.get(resource) ?? [])].filter((one) => one !== resource);
    const wait = Math.max(0, ...others.map(waitOf)) + (sleeps.get(resource) ?? 0);
    known.set(resource, wait);
    return wait;
  };
  return Math.max(...[...dependencies.keys()].map(waitOf));
}
