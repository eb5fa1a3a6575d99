import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { createHandler as createAppender } from "../../../functions/append-rows/handler.ts";
import { createHandler as createBucketer } from "../../../functions/bucket-hours/handler.ts";
import { createHandler as createDetector } from "../../../functions/detect-anomalies/handler.ts";
import { loadReport } from "../../../functions/load-object/load-report.v1.ts";
import { createHandler as createNormalizer } from "../../../functions/normalize-tweets/handler.ts";
import { createHandler as createJudge } from "../../../functions/normalize-urls/handler.ts";
import { failureReason } from "../../../shared/events/failed-event.v1.ts";
import { triggersOf } from "../../../shared/manifest/function-manifest.ts";
import { archivedTopics, topicsOf } from "../../../shared/manifest/list-topics.ts";
import { storedTables } from "../../../shared/rows/stored-tables.ts";
import { urlMentions } from "../../../shared/streams/url-mentions.ts";
import { deployedViews } from "../../../terraform/deployed-views.ts";
import { generatedFiles } from "../../../terraform/generate.ts";
import { objectSpanMs } from "../../../terraform/operate/archive/find-objects.ts";
import { readArchiveName } from "../../../terraform/operate/archive/read-archive-name.ts";
import { readManifests } from "../../../terraform/read-manifests.ts";
import { runtimeEnvironment } from "../../local-cloud/run-function.ts";
import { writeArchiveName } from "../../local-cloud/write-archive-name.ts";
import { messagePublished } from "../../support/deliveries.ts";
import { createMemoryTotals } from "../../support/memory-totals.ts";
import { evaluateDeployment, hasTerraform } from "../../support/terraform/evaluate-deployment.ts";
import { parseModule, readTerraformFiles } from "../../support/terraform/read-configuration.ts";

const root = join(import.meta.dirname, "../../..");
const manifests = await readManifests();
const module = await parseModule(readTerraformFiles(join(root, "terraform")));
const configModule = z.object({
  parseConfig: z.custom<(environment: Record<string, string>) => unknown>(
    (one) => typeof one === "function",
  ),
});

/** Values of the expressions in `local.environment`, for a project of these names. */
const knownExpressions: Record<string, string> = {
  "${local.bigquery_location}": "europe-west1",
  "${local.dataset_id}": "hourtally",
  "${tostring(var.maximum_bytes_billed)}": "107374182400",
  "${tostring(var.store_text)}": "true",
  "${var.prefix}": "",
  "${var.project_id}": "a-project",
};
const knownVariables = Object.entries(
  z.record(z.string(), z.string()).parse(module.locals.environment),
).map(([name, expression]) => [name, knownExpressions[expression]] as const);

/** The variables that a function gets, as terraform/functions.tf says. */
function environmentOf({ environment, buckets }: (typeof manifests)[number]) {
  const given = Object.keys(environment).flatMap((name) => {
    const [, value] = knownVariables.find(([known]) => known === name) ?? [];
    return value === undefined || value === "" ? [] : [[name, value]];
  });
  const inLake = Object.keys(buckets).map((name) => [name, "a-project-lake"]);
  return z.record(z.string(), z.string()).parse(Object.fromEntries([...given, ...inLake]));
}

const parseConfigOf = async (name: string) =>
  configModule.parse(await import(`../../../functions/${name}/config.ts`)).parseConfig;

// What a new project may run in a region, all instances of a function together: Cloud Run's quotas
// CpuAllocPerProjectRegion (20,000 mCPU) and MemAllocPerProjectRegion (40 GiB).
test.each(manifests)("$name fits into a new project", ({ maxInstances, cpu, memory }) => {
  const gibibytes = Number.parseInt(memory, 10) / (memory.endsWith("Gi") ? 1 : 1_024);
  expect(maxInstances * cpu).toBeLessThanOrEqual(20);
  expect(maxInstances * gibibytes).toBeLessThanOrEqual(40);
});

test("so does the example", () => {
  const example = readFileSync(join(root, "terraform/terraform.tfvars.example"), "utf8");
  const limits = [...example.matchAll(/max_instances = (\d+)/g)].map(([, limit]) => Number(limit));
  expect(limits.length).toBeGreaterThan(0);
  for (const limit of limits) expect(limit).toBeLessThanOrEqual(20);
});

test("Pub/Sub writes the archive under the names that replay reads", () => {
  const archive = module.resources.find(
    ({ type, name }) => type === "google_pubsub_subscription" && name === "archive",
  );
  const [config] = z
    .object({
      cloud_storage_config: z.array(
        z.object({
          filename_prefix: z.string(),
          filename_datetime_format: z.string(),
          filename_suffix: z.string(),
          max_duration: z.string().regex(/^\d+s$/),
          avro_config: z.unknown(),
        }),
      ),
    })
    .parse(archive?.body).cloud_storage_config;
  const prefix = config?.filename_prefix.replace("${each.key}", "tweets");
  const at = new Date("2026-01-02T03:04:05Z");
  const written = { YYYY: "2026", MM: "01", DD: "02", hh: "03", mm: "04", ss: "05" };
  const time = Object.entries(written).reduce(
    (format, [field, value]) => format.replace(field, value),
    config?.filename_datetime_format ?? "",
  );
  const name = `${prefix}${time}_4c1d${config?.filename_suffix}`;
  expect(writeArchiveName("tweets", at, "4c1d")).toBe(name);
  expect(readArchiveName(name)).toBe(at.getTime());
  // Of an object that was begun before a time, replay looks for what came after it only so long.
  const spanMs = 1_000 * Number.parseInt(config?.max_duration ?? "", 10);
  expect(spanMs).toBeLessThan(objectSpanMs);
  // Without it, an archive has no attributes: not which schema, nor which compression.
  expect(config?.avro_config).toEqual([{ write_metadata: true }]);
});

test("what is kept is kept as long as `npm run forget` says", async () => {
  const folder = join(root, "terraform/modules/event-function");
  const { resources } = await parseModule(readTerraformFiles(folder));
  const bodyOf = (wanted: string, named: string) =>
    [...module.resources, ...resources].find(({ type, name }) => type === wanted && name === named)
      ?.body;
  const said = readFileSync(join(root, "terraform/operate/forget.ts"), "utf8");
  expect(said).toContain("up to 7 days where it is not delivered, 31 days where it was given up");
  const days = (count: number) => ({ message_retention_duration: `${count * 86_400}s` });
  expect(bodyOf("google_pubsub_subscription", "push")).toMatchObject(days(7));
  expect(bodyOf("google_pubsub_subscription", "kept")).toMatchObject(days(31));
  expect(said).toContain("BigQuery can then bring them back for 7 days");
  const dataset = bodyOf("google_bigquery_dataset", "hourtally");
  expect(dataset).toMatchObject({ max_time_travel_hours: `${7 * 24}` });
});

describe("the environment of each function", () => {
  test("every expression is known here", () => {
    expect(knownVariables.filter(([, value]) => value === undefined)).toEqual([]);
  });

  test("what is for Node itself is the same in the local cloud", async () => {
    const folder = join(root, "terraform/modules/event-function");
    const { locals } = await parseModule(readTerraformFiles(folder));
    expect(locals.runtime).toEqual(runtimeEnvironment);
  });

  test.each(manifests)("$name: what config.ts requires, nothing else", async (manifest) => {
    const parseConfig = await parseConfigOf(manifest.name);
    const environment = environmentOf(manifest);
    const read = new Set<unknown>();
    parseConfig(
      new Proxy(environment, {
        get: (variables, name) => {
          read.add(name);
          return Reflect.get(variables, name);
        },
      }),
    );
    const declared = [...Object.keys(manifest.environment), ...Object.keys(manifest.secrets)];
    const given = [...declared, ...Object.keys(environment)];
    expect(given.filter((name) => !read.has(name))).toEqual([]);
  });

  test.each(manifests)(
    "$name: one that it requires is named when it is missing",
    async (manifest) => {
      const parseConfig = await parseConfigOf(manifest.name);
      const environment = environmentOf(manifest);
      const refusals = Object.keys(environment).flatMap((name) => {
        const { [name]: _, ...others } = environment;
        const message = messageOf(() => parseConfig(others));
        return message === undefined ? [] : [{ name, message }];
      });
      expect(refusals.length).toBeGreaterThan(0);
      for (const { name, message } of refusals) expect(message).toContain(name);
    },
  );
});

function messageOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

describe.skipIf(!hasTerraform)("as terraform itself evaluates it", () => {
  const settings = { project_id: "a-project", region: "europe-west1" };
  const plan = hasTerraform ? evaluateDeployment(module, settings) : undefined;
  const tenant = hasTerraform
    ? evaluateDeployment(module, {
        ...settings,
        prefix: "acme-",
        functions: { "append-rows": { max_instances: 3, environment: { LOG_LEVEL: "debug" } } },
      })
    : undefined;

  test.each(manifests)("$name agrees with its function.json", async (manifest) => {
    const planned = plan?.functions[manifest.name];
    const { trigger } = manifest;
    expect(planned).toMatchObject({
      environment: environmentOf(manifest),
      topics: triggersOf(manifest).toSorted(),
      http: "http" in trigger ? trigger.http : null,
      publishes: Object.keys(manifest.publishes).toSorted(),
      tables: Object.keys(manifest.tables).toSorted(),
      secrets: Object.keys(manifest.secrets).toSorted(),
      delivery: {
        min_backoff_seconds: manifest.delivery.minBackoffSeconds,
        max_backoff_seconds: manifest.delivery.maxBackoffSeconds,
        max_attempts: manifest.delivery.maxAttempts,
      },
      resources: {
        concurrency: manifest.concurrency,
        cpu: manifest.cpu,
        max_instances: manifest.maxInstances,
        memory: manifest.memory,
        min_instances: manifest.minInstances,
        timeout_seconds: manifest.timeoutSeconds,
      },
    });
    const parseConfig = await parseConfigOf(manifest.name);
    expect(() => parseConfig(planned?.environment ?? {})).not.toThrow();
    expect(() => parseConfig(tenant?.functions[manifest.name]?.environment ?? {})).not.toThrow();
  });

  test("every function is deployed, and no other", () => {
    expect(Object.keys(plan?.functions ?? {})).toEqual(manifests.map(({ name }) => name));
  });

  test("topics are those of the functions, and the dead letters", () => {
    const expected = new Set([...topicsOf(manifests), "dead-letters", "dead-letters-parked"]);
    expect(plan?.topics).toEqual([...expected].toSorted());
  });

  test("subscriptions are named as on the laptop, with the tenant's prefix", () => {
    const local = manifests.flatMap((one) =>
      triggersOf(one).map((topic) => `${topic}.${one.name}`),
    );
    expect(plan?.subscription_names).toEqual(local.toSorted());
    expect(tenant?.subscription_names).toEqual(local.map((one) => `acme-${one}`).toSorted());
  });

  test("what comes in is archived, and link shares, for newer rules; what is counted from is not", () => {
    expect(plan?.archived_topics).toEqual(archivedTopics(manifests));
    const known = ["link-shares", "log-lines", "turnstiles", "tweets"];
    expect(plan?.archived_topics).toEqual(expect.arrayContaining(known));
    expect(plan?.archived_topics).not.toContain("url-mentions");
  });

  test("secrets are those of the functions", () => {
    const declared = manifests.flatMap(({ secrets }) => Object.keys(secrets));
    expect(plan?.secrets).toEqual([...new Set(declared)].toSorted());
  });

  test("a tenant has its overrides, its prefix and its dataset", () => {
    expect(tenant?.functions["append-rows"]).toMatchObject({
      resources: { max_instances: 3, memory: "512Mi" },
      environment: {
        LOG_LEVEL: "debug",
        TOPIC_PREFIX: "acme-",
        BIGQUERY_DATASET: "acme_hourtally",
      },
    });
  });

  test("all tables and views of shared/ are deployed", async () => {
    expect(Object.keys(plan?.tables ?? {})).toEqual(
      storedTables.map(({ name }) => name).toSorted(),
    );
    const deployed = [plan?.first_views, plan?.second_views, plan?.third_views].flatMap(
      (names) => names ?? [],
    );
    expect(deployed.toSorted()).toEqual(deployedViews.map(({ name }) => name).toSorted());
    expect(Object.keys(plan?.tables ?? {}).length + deployed.length).toBe(
      [...(await generatedFiles()).keys()].filter((name) => /^schemas|^views.*[.]sql$/.test(name))
        .length,
    );
  });

  test("links are searched by the words of their addresses, posts by the words found in them", () => {
    expect(Object.keys(plan?.search_index_sql ?? {})).toEqual([
      "posts",
      "unlinked",
      "url_hour_increments",
      "url_hour_totals",
    ]);
    expect(plan?.search_index_sql.posts).toBe(
      "CREATE SEARCH INDEX IF NOT EXISTS posts_words ON `a-project.hourtally.posts` (words) OPTIONS (analyzer = 'NO_OP_ANALYZER')",
    );
    expect(tenant?.search_index_sql.unlinked).toBe(
      "CREATE SEARCH INDEX IF NOT EXISTS unlinked_url ON `a-project.acme_hourtally.unlinked` (url) OPTIONS (analyzer = 'LOG_ANALYZER')",
    );
  });

  test("no view comes before one that it reads, in the order in which they are generated", () => {
    const rounds = [plan?.first_views ?? [], plan?.second_views ?? [], plan?.third_views ?? []];
    const round = (name: string) => rounds.findIndex((names) => names.includes(name));
    for (const [index, { name, sql }] of deployedViews.entries()) {
      const reads = plan?.view_reads[name] ?? [];
      expect(reads.toSorted(), name).toEqual(namesRead(sql));
      for (const read of reads.filter((one) => round(one) !== -1)) {
        expect(round(read), `${name} reads ${read}`).toBeLessThan(round(name));
        expect(deployedViews.findIndex((view) => view.name === read)).toBeLessThan(index);
      }
    }
  });

  test("views are filled in with the project and the tenant's dataset", () => {
    const sql = tenant?.view_sql.url_hours ?? "";
    expect(sql).toContain("`a-project.acme_hourtally.url_hour_increments`");
    expect(sql).not.toContain("${");
  });

  test("no alert is due while nothing is wrong", () => {
    const { "instances-at-limit": atLimit, "hours-not-closed": notClosed } = plan?.alerts ?? {};
    const limits = [...(atLimit?.query ?? "").matchAll(/"([a-z-]+)",state="active".*?>= (\d+)/g)];
    expect(Object.fromEntries(limits.map(([, name, limit]) => [name, Number(limit)]))).toEqual(
      Object.fromEntries(
        manifests
          .filter(({ maxInstances }) => maxInstances > 1)
          .map(({ name, maxInstances }) => [name, maxInstances]),
      ),
    );
    // A first apply: minutes for images, then up to ten until the schedule is due.
    expect(notClosed).toMatchObject({ duration: "1800s" });
  });

  test("metrics know every reason", () => {
    expect(plan?.failure_reasons).toEqual(failureReason.options.toSorted());
  });

  test("metrics read numbers that the functions log", async () => {
    const logged = await logLines();
    for (const [name, { message, field, label }] of Object.entries(plan?.counters ?? {})) {
      const reason = /^failed\."([a-z0-9-]+)"$/.exec(field)?.[1];
      // Any reason may stand there: one that does is enough.
      const path = reason === undefined ? field.split(".") : ["failed", "malformed-json"];
      const lines = logged.filter((line) => line.message === message);
      expect(lines.length, `${name}: nothing logs "${message}"`).toBeGreaterThan(0);
      expect(
        lines.some(({ counts }) => typeof valueAt(counts, path) === "number"),
        name,
      ).toBe(true);
      if (label === null) continue;
      expect(
        lines.some(({ counts }) => typeof valueAt(counts, [label]) === "string"),
        `${name} by ${label}`,
      ).toBe(true);
    }
  });
});

/** Tables and views that a view reads, by another way than Terraform's. */
function namesRead(sql: string): string[] {
  const names = [...sql.matchAll(/`\$\{dataset\}\.(\w+)`/g)].map(([, name = ""]) => name);
  return [...new Set(names)].toSorted();
}

type LogLine = { message: string; counts: object };

/** What the handlers log for good and bad input, and the report that load-object logs without names. */
async function logLines(): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  const log = {
    info: (counts: object, message: string) => {
      lines.push({ counts, message });
    },
  };
  const publish = async () => undefined;
  const now = () => Date.parse("2026-01-02T03:04:05Z");
  const config = { functionVersion: "test", topicPrefix: "", storesText: true };

  const tweet = { id_str: "20", created_at: "Tue Mar 21 20:50:14 +0000 2006", text: "hello" };
  const items = [
    tweet,
    { delete: { status: { id_str: "20", user_id_str: "1" } } },
    { limit: { track: 1, timestamp_ms: "1562130000000" } },
  ];
  const payload = items.map((one) => JSON.stringify(one)).join("\n");
  const normalize = createNormalizer({ publish, now, log, config });
  await normalize(messagePublished(`${payload}\n{"id_str":`));
  const judge = createJudge({ publish, now, log, config });
  await judge(messagePublished("{}", "link-shares"));
  const bucket = createBucketer({ count: publish, publish, now, log, config });
  await bucket(messagePublished("{}", "url-mentions"));
  const append = createAppender({ append: async () => new Map(), log, config });
  await append(messagePublished("{}", "append-posts"));
  const hour = Math.floor(now() / 3_600_000) - 1;
  const { write, find } = createMemoryTotals(["url-mentions"]);
  for (let before = 200; before >= 0; before--) {
    const events = before === 0 ? 900 : 100;
    write({ stream: "url-mentions", hour: hour - before, revision: hour - before, events });
  }
  const detect = createDetector({ streams: [urlMentions], find, publish, now, log, config });
  const closed = { stream: "url-mentions", hour: "2026-01-02T02:00:00Z", revision: hour };
  const told = JSON.stringify({ ...closed, keys: 1, events: 900, late: 0 });
  await detect(messagePublished(told, "hours-closed"));

  const source = readFileSync(join(root, "functions/load-object/handler.ts"), "utf8");
  expect(source).toContain('log.info(told, "loaded")');
  const report = {
    bucket: "b",
    object: "landing/tweets/one.jsonl",
    generation: "1",
    topic: "tweets",
    outcome: "loaded",
    compression: "none",
    rows: 1,
    failed: 1,
    messages: 1,
    bytes: 1,
    content_bytes: 1,
    seconds: 1,
    function_version: "test",
  };
  lines.push({ message: "loaded", counts: loadReport.parse(report) });
  return lines;
}

function valueAt(value: unknown, [first, ...rest]: string[]): unknown {
  const record = z.record(z.string(), z.unknown()).safeParse(value);
  if (first === undefined || !record.success) return value;
  return valueAt(record.data[first], rest);
}
