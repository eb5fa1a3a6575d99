import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const script = join(import.meta.dirname, "../../../terraform/deploy.sh");

let folder = "";
let calls = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hourtally-deploy-"));
  calls = join(folder, "calls");
  for (const name of ["terraform", "bin"]) mkdirSync(join(folder, name));
  copyFileSync(script, join(folder, "terraform/deploy.sh"));
  writeFileSync(calls, "");
  for (const command of ["npm", "terraform"]) {
    writeFileSync(
      join(folder, "bin", command),
      `#!/bin/sh\necho "${command} $*" >> "${calls}"\n[ "$1" != "\${FAILING:-}" ]\n`,
      { mode: 0o755 },
    );
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

const deploy = (failing = "") =>
  spawnSync("sh", ["terraform/deploy.sh", "-var", "project_id=my project"], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: `${join(folder, "bin")}:${process.env.PATH}`, FAILING: failing },
  });

test("without a lock file nothing is started, and it says how to make one", () => {
  const { status, stderr } = deploy();
  expect(status).toBe(1);
  expect(stderr).toContain(".terraform.lock.hcl is missing");
  expect(stderr).toContain("terraform -chdir=terraform providers lock -platform=linux_amd64");
  expect(readFileSync(calls, "utf8")).toBe("");
});

test("with one, what a plan has said is applied, with the providers of the lock file", () => {
  writeFileSync(join(folder, "terraform/.terraform.lock.hcl"), "");
  expect(deploy()).toMatchObject({ status: 0 });
  expect(readFileSync(calls, "utf8").trimEnd().split("\n")).toEqual([
    "npm ci",
    "npm run build",
    "terraform init -input=false -lockfile=readonly",
    "terraform plan -input=false -out=deploy.tfplan -var project_id=my project",
    "terraform apply -input=false deploy.tfplan",
  ]);
});

test("a plan that fails is not applied", () => {
  writeFileSync(join(folder, "terraform/.terraform.lock.hcl"), "");
  expect(deploy("plan")).toMatchObject({ status: 1 });
  expect(readFileSync(calls, "utf8")).not.toContain("apply");
});
