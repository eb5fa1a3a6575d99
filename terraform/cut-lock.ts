import * as z from "zod";

const names = z.record(z.string(), z.string()).default({});

const lockedPackage = z.looseObject({
  version: z.string(),
  integrity: z.string(),
  dependencies: names,
  optionalDependencies: names,
  peerDependencies: names,
  peerDependenciesMeta: z
    .record(z.string(), z.looseObject({ optional: z.boolean().optional() }))
    .default({}),
});

/** Of a `package-lock.json` what is cut from it; packages by where they are installed. */
const lockFile = z.object({ packages: z.record(z.string(), z.unknown()) });

const lockedPlace = z.record(z.string(), z.unknown());

type Manifest = { name: string; dependencies: Readonly<Record<string, string>> };

const nodeModules = "node_modules/";

/**
 * The `package-lock.json` of a package with these dependencies, cut from a larger one: the same
 * versions with the same integrity, each where it is installed there, so that `npm ci` installs what was
 * tested. What is made for other machines stays in, as npm itself writes it.
 * @throws {Error} when the larger one lacks a dependency.
 */
export function cutLock(lock: unknown, manifest: Manifest): object {
  const { packages } = lockFile.parse(lock);
  const required = new Set<string>();
  const reached = new Set<string>();

  const follow = (place: string, isRequired: boolean): void => {
    const seen = isRequired ? required : reached;
    if (seen.has(place)) return;
    seen.add(place);
    reached.add(place);
    const one = lockedPackage.parse(packages[place]);
    const peers = Object.keys(one.peerDependencies).filter(
      (name) => one.peerDependenciesMeta[name]?.optional !== true,
    );
    for (const name of [...Object.keys(one.dependencies), ...peers]) {
      follow(findPlace(packages, name, place), isRequired);
    }
    for (const name of Object.keys(one.optionalDependencies)) {
      follow(findPlace(packages, name, place), false);
    }
  };
  for (const name of Object.keys(manifest.dependencies))
    follow(findPlace(packages, name, ""), true);

  const cut: Record<string, object> = {
    "": { name: manifest.name, dependencies: manifest.dependencies },
  };
  for (const place of [...reached].toSorted()) {
    // Whether it is dispensable may differ from the larger tree.
    const one = Object.entries(lockedPlace.parse(packages[place])).filter(
      ([field]) => !["dev", "devOptional", "optional"].includes(field),
    );
    cut[place] = Object.fromEntries(required.has(place) ? one : [...one, ["optional", true]]);
  }
  return { name: manifest.name, lockfileVersion: 3, requires: true, packages: cut };
}

/** Looks where Node would look: beside the one that asks, then above. */
function findPlace(
  packages: Readonly<Record<string, unknown>>,
  name: string,
  from: string,
): string {
  for (
    let folder = from;
    ;
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf(`/${nodeModules}`)))
  ) {
    const place = `${folder === "" ? "" : `${folder}/`}${nodeModules}${name}`;
    if (place in packages) return place;
    if (folder === "") throw new Error(`package-lock.json has no ${name}: run npm install`);
  }
}
