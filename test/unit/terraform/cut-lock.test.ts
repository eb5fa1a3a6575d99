import { expect, test } from "vitest";
import { cutLock } from "../../../terraform/cut-lock.ts";

const lock = {
  name: "whole",
  lockfileVersion: 3,
  requires: true,
  packages: {
    "": { name: "whole", dependencies: { server: "1.0.0", other: "1.0.0" } },
    "node_modules/deep": { version: "2.0.0", integrity: "sha512-deep2" },
    "node_modules/linux": {
      version: "1.0.0",
      integrity: "sha512-linux",
      os: ["linux"],
      optional: true,
    },
    "node_modules/darwin": {
      version: "1.0.0",
      integrity: "sha512-darwin",
      os: ["darwin"],
      optional: true,
      dependencies: { shared: "^1.0.0" },
    },
    "node_modules/other": {
      version: "1.0.0",
      integrity: "sha512-other",
      dependencies: { shared: "^1.0.0", left: "1.0.0" },
    },
    "node_modules/left": { version: "1.0.0", integrity: "sha512-left" },
    "node_modules/peer": { version: "3.0.0", integrity: "sha512-peer", dev: true },
    "node_modules/server": {
      version: "1.0.0",
      integrity: "sha512-server",
      dependencies: { deep: "^1.0.0", "@scope/part": "1.0.0" },
      optionalDependencies: { linux: "1.0.0", darwin: "1.0.0" },
      peerDependencies: { peer: "3", types: "1" },
      peerDependenciesMeta: { types: { optional: true } },
    },
    "node_modules/server/node_modules/deep": { version: "1.0.0", integrity: "sha512-deep1" },
    "node_modules/server/node_modules/@scope/part": {
      version: "1.0.0",
      integrity: "sha512-part",
      dependencies: { deep: "^1.0.0", server: "1.0.0" },
    },
    "node_modules/shared": { version: "1.0.0", integrity: "sha512-shared" },
    "node_modules/types": { version: "1.0.0", integrity: "sha512-types" },
  },
};

test("what a package needs is locked where it is, in its version, with its integrity, and no more", () => {
  const cut = cutLock(lock, { name: "part", dependencies: { server: "1.0.0" } });
  expect(cut).toEqual({
    name: "part",
    lockfileVersion: 3,
    requires: true,
    packages: {
      "": { name: "part", dependencies: { server: "1.0.0" } },
      "node_modules/darwin": {
        version: "1.0.0",
        integrity: "sha512-darwin",
        os: ["darwin"],
        optional: true,
        dependencies: { shared: "^1.0.0" },
      },
      "node_modules/linux": {
        version: "1.0.0",
        integrity: "sha512-linux",
        os: ["linux"],
        optional: true,
      },
      "node_modules/peer": { version: "3.0.0", integrity: "sha512-peer" },
      "node_modules/server": {
        version: "1.0.0",
        integrity: "sha512-server",
        dependencies: { deep: "^1.0.0", "@scope/part": "1.0.0" },
        optionalDependencies: { linux: "1.0.0", darwin: "1.0.0" },
        peerDependencies: { peer: "3", types: "1" },
        peerDependenciesMeta: { types: { optional: true } },
      },
      "node_modules/server/node_modules/@scope/part": {
        version: "1.0.0",
        integrity: "sha512-part",
        dependencies: { deep: "^1.0.0", server: "1.0.0" },
      },
      "node_modules/server/node_modules/deep": { version: "1.0.0", integrity: "sha512-deep1" },
      // Needed by what is for another machine alone.
      "node_modules/shared": { version: "1.0.0", integrity: "sha512-shared", optional: true },
    },
  });
});

test("what is not locked cannot be cut", () => {
  const cut = () => cutLock(lock, { name: "part", dependencies: { absent: "1.0.0" } });
  expect(cut).toThrow("package-lock.json has no absent: run npm install");
});

test("what has no integrity is not locked", () => {
  const loose = { packages: { "node_modules/loose": { version: "1.0.0" } } };
  expect(() => cutLock(loose, { name: "part", dependencies: { loose: "1.0.0" } })).toThrow();
});
