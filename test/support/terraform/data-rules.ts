import * as z from "zod";
import { dependenciesOf, neededBy } from "./dependencies.ts";
import type { Module } from "./read-configuration.ts";
import {
  about,
  allOfType,
  block,
  blocksOf,
  type Deployment,
  everything,
  ofType,
  type Rule,
  text,
} from "./rule.ts";

/** Of which another value makes everything anew, beside what is there. */
const namesEverything = {
  bigquery_location: "${local.bigquery_location}",
  prefix: "${var.prefix}",
  project_id: "${var.project_id}",
  region: "${var.region}",
};

/** What keeps data, by name of the rule. */
export const dataRules: Record<string, Rule> = {
  "subscriptions-never-expire": (deployment) =>
    allOfType(deployment, "google_pubsub_subscription").flatMap(({ name, body }) =>
      about(name, {
        'has expiration_policy { ttl = "" }': block(body, "expiration_policy").ttl === "",
      }),
    ),

  "dead-letters-are-kept": ({ root, eventFunction }) => {
    const both = "${toset([local.dead_letters, local.parked])}";
    const kept = ofType(root, "google_pubsub_subscription").filter(
      ({ body }) => body.for_each === both,
    );
    const publisher =
      root.resources.find(({ name }) => name === "dead_letter_publisher")?.body ?? {};
    const subscriber =
      eventFunction.resources.find(({ name }) => name === "dead_letter_subscriber")?.body ?? {};
    return about("dead letters", {
      "each topic has a subscription of its own":
        kept.length === 1 && kept[0]?.body.push_config === undefined,
      "Pub/Sub may publish to each":
        publisher.for_each === both &&
        publisher.role === "roles/pubsub.publisher" &&
        publisher.member === "${local.pubsub_agent}",
      "Pub/Sub may take messages off each push subscription":
        subscriber.for_each === "${var.topics}" &&
        subscriber.role === "roles/pubsub.subscriber" &&
        subscriber.member === "${var.pubsub_agent}",
      "what a dead-letter function cannot take goes elsewhere": text(
        root.modules.event_function?.dead_letter_topics,
      ).includes("topic == local.dead_letters ? local.parked : local.dead_letters"),
    });
  },

  "tables-are-laid-out": ({ root }) => {
    const [table, ...others] = ofType(root, "google_bigquery_table").filter(
      ({ body }) => !body.view,
    );
    const body = table?.body ?? {};
    return about("tables", {
      "one for each schema": body.for_each === "${local.tables}" && others.length === 0,
      "partitioned by day": block(body, "time_partitioning").type === "DAY",
      "by the declared column":
        block(body, "time_partitioning").field === "${each.value.partitionedBy}",
      clustered: text(body.clustering).includes("each.value.clusteredBy"),
      described: body.description === "${each.value.description}",
      protected: body.deletion_protection === "${var.deletion_protection}",
      "with its generated schema": body.schema === "${jsonencode(each.value.schema)}",
    });
  },

  "tables-ignore-what-they-do-not-know": (deployment) =>
    allOfType(deployment, "google_bigquery_table")
      .filter(({ body }) => !body.view)
      .flatMap(({ name, body }) =>
        about(name, {
          "keeps columns of later releases": body.ignore_auto_generated_schema === true,
        }),
      ),

  "nothing-expires": (deployment) => [
    ...everything(deployment)
      .filter(({ type }) => type.startsWith("google_bigquery_"))
      .flatMap(({ type, name, body }) =>
        about(`${type}.${name}`, {
          "has rows that stay": !/"(?:\w*expiration\w*)":/.test(JSON.stringify(body)),
        }),
      ),
    ...ofType(deployment.root, "google_storage_bucket")
      .filter(({ name }) => name === "lake")
      .flatMap(({ body }) => blocksOf(body, "lifecycle_rule"))
      .flatMap((rule) => {
        const action = block(rule, "action");
        const { matches_prefix: prefixes, ...condition } = block(rule, "condition");
        const given = JSON.stringify([action.type, prefixes ?? null, Object.keys(condition)]);
        return lakeRules.includes(given) ? [] : [`lake: ${given} was not promised`];
      }),
    ...ofType(deployment.root, "google_pubsub_subscription").flatMap(({ name, body }) =>
      about(name, { "keeps messages for 31 days": body.message_retention_duration === "2678400s" }),
    ),
  ],

  "a-destroy-begins-at-the-guard": (deployment) => {
    const guard = deployment.root.resources.find(
      ({ type, name }) => type === "terraform_data" && name === "guard",
    );
    const needed = neededBy("terraform_data.guard", dependenciesOf(deployment));
    const managed = [...dependenciesOf(deployment).keys()].filter(
      (resource) => !/(?:^|[.])data[.]|^terraform_data[.]guard$/.test(resource),
    );
    const provisioner = JSON.stringify(guard?.body.provisioner ?? null);
    return [
      ...about("guard", {
        "knows whether data is protected":
          JSON.stringify(guard?.body.input) === '{"protected":"${var.deletion_protection}"}',
        "refuses on destroy while it is":
          /"when":"\$\{destroy\}"/.test(provisioner) &&
          /self\.input\.protected \? \\"[^"]* && exit 1\\" :/.test(provisioner),
        "is replaced, so destroyed, when what names everything changes":
          JSON.stringify(guard?.body.triggers_replace) === JSON.stringify(namesEverything),
      }),
      ...managed
        .filter((resource) => !needed.has(resource))
        .map((resource) => `${resource} would be destroyed beside the guard`),
    ];
  },

  "keys-are-known-before-apply": (deployment) => {
    const { root, eventFunction } = deployment;
    return [root, eventFunction].flatMap((module) => [
      ...module.resources.flatMap(({ type, name, body }) =>
        keysOf(body)
          .filter((keys) => isUnknown(keys, module, deployment))
          .map((keys) => `${type}.${name}: ${keys} may be unknown`),
      ),
      ...Object.entries(module.modules).flatMap(([name, body]) =>
        keysOf(body)
          .filter((keys) => isUnknown(keys, module, deployment))
          .map((keys) => `module.${name}: ${keys} may be unknown`),
      ),
    ]);
  },

  "jobs-are-made-once": (deployment) =>
    allOfType(deployment, "google_bigquery_job").flatMap(({ name, body }) => {
      const lifecycle = block(body, "lifecycle");
      return about(name, {
        "is never made by a name that was used": text(body.job_id).endsWith(
          '-${formatdate("YYYYMMDDhhmmss", timestamp())}',
        ),
        "is not made anew by labels or by the time": lifecycle.ignore_changes === "${all}",
        "is made anew by another definition":
          JSON.stringify(lifecycle.replace_triggered_by) ===
          '["${terraform_data.search_index[each.key]}"]',
        "tells when it has failed":
          /check "search_indexes" \{[\s\S]*?google_bigquery_job\.search_index[\s\S]*?error_result/.test(
            deployment.source,
          ),
      });
    }),
};

/** What the lake's lifecycle may do: action, to which names, by which condition. */
const lakeRules = [
  '["SetStorageClass",["archive/"],["age"]]',
  '["Delete",["landing/"],["age"]]',
  '["Delete",["reports/"],["age"]]',
  '["Delete",["indices/"],["days_since_custom_time"]]',
  '["Delete",null,["days_since_noncurrent_time"]]',
  '["AbortIncompleteMultipartUpload",null,["age"]]',
];

const blocks = z.array(z.record(z.string(), z.unknown()));
const dynamicBlocks = z.record(z.string(), z.array(z.object({ for_each: z.unknown() })));

/** What decides how many of a resource and of its repeated blocks there are. */
function keysOf(body: Record<string, unknown>): string[] {
  const { for_each: each, count } = body;
  const own = [each, count].filter((keys) => typeof keys === "string");
  const repeated = [
    body,
    ...Object.values(body).flatMap((value) => blocks.safeParse(value).data ?? []),
  ];
  return [
    ...own,
    ...repeated.flatMap(({ dynamic }) =>
      Object.values(dynamicBlocks.safeParse(dynamic).data ?? {}).flatMap((all) =>
        all.map(({ for_each: one }) => text(one)),
      ),
    ),
  ];
}

const providedValue =
  /(?<![\w.])(?:(?:data\.)?(?:google|time|archive|terraform)_\w+\.\w+|module\.\w+)/;

/**
 * Whether keys hang on what only an apply, or reading from Google, tells: Terraform then refuses to
 * import anything. Values of a map may be unknown, its keys may not.
 */
function isUnknown(
  expression: string,
  module: Module,
  deployment: Deployment,
  seen: ReadonlySet<string> = new Set(),
): boolean {
  const keys = withoutValues(expression);
  if (providedValue.test(keys)) return true;
  const isRoot = module === deployment.root;
  return [...keys.matchAll(/\b(local|var)\.(\w+)(?:\.(\w+))?/g)].some((match) => {
    const [whole, kind, name = "", attribute = ""] = match;
    if (seen.has(whole)) return false;
    const next = new Set([...seen, whole]);
    if (kind === "local") {
      return isUnknown(textOf(module.locals[name]), module, deployment, next);
    }
    if (isRoot) return false;
    const given = deployment.root.modules.event_function?.[name];
    const object = z.record(z.string(), z.unknown()).safeParse(given).data;
    const part = object?.[attribute] ?? given;
    return isUnknown(textOf(part), deployment.root, deployment, new Set());
  });
}

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value ?? null);

/** `{ for key in source : key => value if condition }` without its value. */
function withoutValues(expression: string): string {
  const [, head, rest = ""] =
    /^\$\{\{\s*(for [^:]*:\s*[\w.]+) =>([\s\S]*)\}\}$/.exec(expression.trim()) ?? [];
  if (head === undefined) return expression;
  const condition = rest.lastIndexOf(" if ");
  return condition === -1 ? head : head + rest.slice(condition);
}
