import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasTerraform } from "../../support/terraform/evaluate-deployment.ts";
import { parseModule, readTerraformFiles } from "../../support/terraform/read-configuration.ts";
import { type Rehearsal, rehearseDeployment } from "../../support/terraform/rehearse-deployment.ts";

const terraform = join(import.meta.dirname, "../../../terraform");
const root = await parseModule(readTerraformFiles(terraform));
const eventFunction = await parseModule(
  readTerraformFiles(join(terraform, "modules/event-function")),
);

/** One that appends, and one with secrets. */
const functions = ["append-rows", "receive-webhook"];
const topics = ["append-posts", "append-url-hours", "failed-events"];
/** With a search index, and without. */
const tables = ["posts", "turnstile_registers", "url_hour_increments", "url_hour_totals"];
/** Of tables, of a view, and of a view of a view. */
const views = [
  "turnstile_moves",
  "turnstile_passages",
  "turnstile_station_days",
  "url_days",
  "url_hours",
];
const withSecret = { secret_versions: { X_CONSUMER_SECRET: "1" } };

/** What README, "Destroy", keeps: with the guard, because it would refuse. */
const kept = [
  "terraform_data.guard",
  "terraform_data.google_bigquery_dataset__hourtally",
  "terraform_data.google_bigquery_table__table",
  "terraform_data.google_storage_bucket__lake",
  "terraform_data.google_secret_manager_secret__secret",
];

const apply = ["apply", "-auto-approve", "-input=false", "-parallelism=50"];
const destroy = ["destroy", "-auto-approve", "-input=false", "-refresh=false", "-parallelism=50"];
const isEmpty = ["plan", "-detailed-exitcode", "-input=false", "-refresh=false"];

/** Seconds of CPU each, and the other core may be busy. */
const timeout = 240_000;

describe.skipIf(!hasTerraform)("Terraform, with a stand-in for every resource", { timeout }, () => {
  const empty = { status: -1, output: "" };
  let rehearsal: Rehearsal | undefined;
  const run = (command: string[], settings?: Record<string, unknown>) =>
    rehearsal?.run(command, settings) ?? empty;
  const addresses = () => run(["state", "list"]).output.split("\n").filter(Boolean);

  beforeAll(() => {
    rehearsal = rehearseDeployment(root, eventFunction, { functions, tables, topics, views });
  });
  afterAll(() => rehearsal?.close());

  test("takes back what was kept, where nothing is known, with the blocks of the README", () => {
    const readme = readFileSync(join(terraform, "README.md"), "utf8");
    const blocks = [...readme.matchAll(/^import \{\n[\s\S]*?^\}$/gm)].map(([block]) => block);
    expect(blocks).toHaveLength(4);
    rehearsal?.addFile(
      "adopt.tf",
      blocks.join("\n").replace(/= (google_\w+)\.(\w+)/g, "= terraform_data.$1__$2"),
    );
    const { output } = run(["plan", "-input=false"]);
    // The dataset, the lake, the four secrets of receive-webhook.
    expect(output).toContain(`Plan: ${tables.length + 6} to import`);
    expect(output).toContain(" 0 to destroy.");
    rehearsal?.addFile("adopt.tf", "");
  });

  test("makes everything, and then has nothing to change", () => {
    const first = run(apply, withSecret);
    expect(first.output).toMatch(/Apply complete! Resources: \d+ added, 0 changed, 0 destroyed/);
    expect(run(isEmpty, withSecret)).toMatchObject({ status: 0 });
  });

  test("takes a secret away from a function before it takes the grant", () => {
    const { status, output } = run([...apply, "-refresh=false"]);
    expect(status, output).toBe(0);
    const lines = output.split("\n");
    const changed = lines.findIndex((line) =>
      /receive-webhook.*cloudfunctions2_function__function: Modifications complete/.test(line),
    );
    const taken = lines.findIndex((line) =>
      /receive-webhook.*secret_iam_member__reader.*: Destroying/.test(line),
    );
    expect(changed).toBeGreaterThan(-1);
    expect(taken).toBeGreaterThan(changed);
  });

  test("destroys nothing at all while data is protected", () => {
    const before = addresses();
    const refused = run(destroy);
    expect(refused.status).toBe(1);
    expect(refused.output).toContain("Data is protected, nothing was destroyed");
    expect(addresses()).toEqual(before);
  });

  test("destroys the rest when the data is taken out of its hands", () => {
    expect(run(["state", "rm", ...kept])).toMatchObject({ status: 0 });
    const { status, output } = run(destroy);
    expect(status, output).toBe(0);
    expect(output).not.toMatch(
      /(?:dataset__hourtally|table__table|bucket__lake|secret__secret).*: Des/,
    );
    expect(addresses()).toEqual([]);
  });
});
