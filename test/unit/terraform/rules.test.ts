import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkProviderFacts, providerFacts } from "../../support/terraform/check-provider-facts.ts";
import { dataRules } from "../../support/terraform/data-rules.ts";
import { longestWait } from "../../support/terraform/dependencies.ts";
import { deploymentRules } from "../../support/terraform/deployment-rules.ts";
import { hasTerraform } from "../../support/terraform/evaluate-deployment.ts";
import { overrideModule } from "../../support/terraform/override-module.ts";
import { permissionRules } from "../../support/terraform/permission-rules.ts";
import { parseModule, readTerraformFiles } from "../../support/terraform/read-configuration.ts";
import type { Deployment } from "../../support/terraform/rule.ts";

const terraform = join(import.meta.dirname, "../../../terraform");
const support = join(import.meta.dirname, "../../support/terraform");
const rootFiles = readTerraformFiles(terraform);
const functionFiles = readTerraformFiles(join(terraform, "modules/event-function"));
const deployment: Deployment = {
  root: await parseModule(rootFiles),
  eventFunction: await parseModule(functionFiles),
  source: [...Object.values(rootFiles), ...Object.values(functionFiles)].join("\n"),
  readme: readFileSync(join(terraform, "README.md"), "utf8"),
  runbook: readFileSync(join(terraform, "runbook.md"), "utf8"),
};
const rules = { ...deploymentRules, ...dataRules, ...permissionRules };
const broken = readdirSync(join(support, "broken"));

describe.each(Object.entries(rules))("%s", (rule, check) => {
  test("holds", () => {
    expect(check(deployment)).toEqual([]);
  });

  // <rule>[.<what>][.event-function].tf
  const fixtures = broken.filter((name) => name.split(".")[0] === rule);
  test.each(fixtures.length > 0 ? fixtures : ["none"])("is broken by %s", async (file) => {
    const text = readFileSync(join(support, "broken", file), "utf8");
    const fixture = await parseModule({ [file]: text });
    const target = file.includes(".event-function.") ? "eventFunction" : "root";
    const overridden = overrideModule(deployment[target], fixture);
    const source = `${deployment.source}\n${text}`;
    expect(check({ ...deployment, [target]: overridden, source })).not.toEqual([]);
  });
});

test("every fixture breaks a rule that there is", () => {
  const ruled = broken.map((name) => name.split(".")[0] ?? "");
  expect(ruled.filter((rule) => !(rule in rules))).toEqual([]);
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

test("the README says how long a first apply sleeps", () => {
  expect(longestWait(deployment)).toBe(210);
  expect(deployment.readme).toContain(
    "Three and a half minutes of the first apply are fixed waits",
  );
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
