import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkProviderFacts, providerFacts } from "../../support/terraform/check-provider-facts.ts";
import { type Deployment, deploymentRules } from "../../support/terraform/deployment-rules.ts";
import { hasTerraform } from "../../support/terraform/evaluate-deployment.ts";
import { overrideModule } from "../../support/terraform/override-module.ts";
import { parseModule, readTerraformFiles } from "../../support/terraform/read-configuration.ts";

const terraform = join(import.meta.dirname, "../../../terraform");
const support = join(import.meta.dirname, "../../support/terraform");
const deployment: Deployment = {
  root: await parseModule(readTerraformFiles(terraform)),
  eventFunction: await parseModule(readTerraformFiles(join(terraform, "modules/event-function"))),
  readme: readFileSync(join(terraform, "README.md"), "utf8"),
};
const broken = readdirSync(join(support, "broken"));

describe.each(Object.keys(deploymentRules))("%s", (rule) => {
  const check = deploymentRules[rule] ?? (() => ["no such rule"]);

  test("holds", () => {
    expect(check(deployment)).toEqual([]);
  });

  test("is broken by its fixture", async () => {
    const file = broken.find((name) => name.split(".")[0] === rule) ?? "";
    const text = readFileSync(join(support, "broken", file), "utf8");
    const fixture = await parseModule({ [file]: text });
    const target = file.includes(".event-function.") ? "eventFunction" : "root";
    const overridden = overrideModule(deployment[target], fixture);
    expect(check({ ...deployment, [target]: overridden })).not.toEqual([]);
  });
});

test("every fixture breaks a rule that there is", () => {
  const rules = broken.map((name) => name.split(".")[0] ?? "");
  expect(rules.toSorted()).toEqual(Object.keys(deploymentRules).toSorted());
});

describe("the provider takes", () => {
  test("every resource, argument, block and enum value", () => {
    expect(checkProviderFacts(deployment.root)).toEqual([]);
    expect(checkProviderFacts(deployment.eventFunction)).toEqual([]);
  });

  test("and its facts are those of the resources in use, no others", () => {
    const used = [deployment.root, deployment.eventFunction].flatMap(({ resources }) =>
      resources.map(({ type }) => type).filter((type) => type.includes("google_")),
    );
    expect(Object.keys(providerFacts).toSorted()).toEqual([...new Set(used)].toSorted());
  });

  test.each([
    ["unknown-resource.tf", "google_pubsub_queue.topic: no such resource"],
    ["unknown-argument.tf", "google_pubsub_topic.topic: unknown argument 'retention'"],
    ["missing-argument.tf", "google_pubsub_subscription.push: required 'topic' is missing"],
    [
      "missing-in-block.tf",
      "google_pubsub_subscription.push.push_config.oidc_token: required 'service_account_email' is missing",
    ],
    [
      "outside-enum.tf",
      "google_cloudfunctions2_function.function.service_config.ingress_settings: 'ALLOW_EVERYBODY' is none of ALLOW_ALL, ALLOW_INTERNAL_ONLY, ALLOW_INTERNAL_AND_GCLB",
    ],
    ["set-by-provider.tf", "google_service_account.function: 'email' is set by the provider"],
    [
      "block-as-argument.tf",
      "google_pubsub_subscription.kept.expiration_policy: is a block, not an argument",
    ],
    ["too-many-blocks.tf", "google_pubsub_subscription.kept.expiration_policy: more than 1"],
    [
      "missing-provider.tf",
      "google_project_service_identity.agent: required 'provider' is missing",
    ],
    [
      "other-provider.tf",
      "google_project_service_identity.agent.provider: 'google' is none of google-beta",
    ],
    ["unknown-attribute.tf", "google_pubsub_topic.topic.address: no such attribute"],
  ])("not %s", async (file, problem) => {
    const text = readFileSync(join(support, "refused", file), "utf8");
    expect(checkProviderFacts(await parseModule({ [file]: text }))).toEqual([problem]);
  });
});

describe("a grant on the project says why it has no narrower form", () => {
  const files = {
    ...readTerraformFiles(terraform),
    ...readTerraformFiles(join(terraform, "modules/event-function")),
  };
  const grants = Object.values(files).flatMap((text) => [
    ...text.matchAll(/((?:^#.*\n)*)resource "google_project_iam_member" "(\w+)"/gm),
  ]);

  test("there are four", () => {
    expect(grants).toHaveLength(4);
  });

  test.each(grants.map(([, comment, name]) => ({ name, comment })))("$name", ({ comment }) => {
    expect(comment).toMatch(/^# At project level, because /);
  });
});

test.skipIf(!hasTerraform)("all files are formatted", () => {
  for (const folder of [terraform, support]) {
    const unformatted = execFileSync("terraform", ["fmt", "-check", "-recursive", folder], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    expect(unformatted).toBe("");
  }
});
