import { about, block, everything, grants, ofType, type Rule, text } from "./rule.ts";

/** Grants on the project: each has no narrower form, and says why in a comment above it. */
const projectGrants = ["builder_logs", "builder_sources", "query_runner"];

const widerThanATable =
  /^google_(?:bigquery_dataset_(?:iam_|access)|(?:project|folder|organization)_iam_(?:binding|policy))/;

type Grant = { role: string; on: string; to: string; each?: string };

const functionItself = "${google_service_account.function.member}";
const builder = "${google_service_account.builder.member}";
const pubsub = "${local.pubsub_agent}";
const topic = (key: string) => `\${google_pubsub_topic.topic[${key}].name}`;

/** All grants there are: role, on what, to whom, once for each of what. */
const closedList: Record<string, Grant> = {
  // A function, on what its function.json names.
  "google_bigquery_table_iam_member.appender": {
    role: "${var.appender_role}",
    on: "${each.value}",
    to: functionItself,
    each: "${var.tables}",
  },
  "google_bigquery_table_iam_member.reader": {
    role: "roles/bigquery.dataViewer",
    on: "${each.value}",
    to: functionItself,
    each: "${var.queries}",
  },
  "google_project_iam_member.query_runner": {
    role: "roles/bigquery.jobUser",
    on: "${var.project_id}",
    to: functionItself,
    each: "${length(var.queries) > 0 ? 1 : 0}",
  },
  "google_storage_bucket_iam_member.lake": {
    role: "${each.key}",
    on: "${var.bucket}",
    to: functionItself,
    each: "${{ for role, prefixes in local.lake_roles : role => prefixes if length(prefixes) > 0 }}",
  },
  "google_secret_manager_secret_iam_member.reader": {
    role: "roles/secretmanager.secretAccessor",
    on: "${each.value.secret_id}",
    to: functionItself,
    each: "${var.secrets}",
  },
  "google_pubsub_topic_iam_member.publisher": {
    role: "roles/pubsub.publisher",
    on: topic("each.value.topic"),
    to: "serviceAccount:${module.event_function[each.value.function].service_account}",
    each: '${merge([\n    for name, function in local.functions : {\n      for topic in function.publishes : "${name}.${topic}" => { function = name, topic = topic }\n    }\n  ]...)}',
  },
  // Who calls a function.
  "google_cloud_run_v2_service_iam_member.caller": {
    role: "roles/run.invoker",
    on: "${google_cloudfunctions2_function.function.name}",
    to: "${var.caller.member}",
    each: "${length(var.topics) > 0 || var.is_scheduled ? 1 : 0}",
  },
  "google_cloud_run_v2_service_iam_member.invoker": {
    role: "roles/run.invoker",
    on: "${google_cloudfunctions2_function.function.name}",
    to: "${each.value}",
    each: "${var.invokers}",
  },
  "google_cloud_run_v2_service_iam_member.public": {
    role: "roles/run.invoker",
    on: "${google_cloudfunctions2_function.function.name}",
    to: "allUsers",
    each: '${var.http == "public" ? 1 : 0}',
  },
  // Who looks at the page, and the proxy that lets them.
  "google_cloud_run_v2_service_iam_member.proxy": {
    role: "roles/run.invoker",
    on: '${module.event_function["serve-dashboard"].name}',
    to: "${time_sleep.agent[each.key].triggers.member}",
    each: "${toset(local.proxied)}",
  },
  "google_iap_web_cloud_run_service_iam_member.reader": {
    role: "roles/iap.httpsResourceAccessor",
    on: '${module.event_function["serve-dashboard"].name}',
    to: "${each.value}",
    each: "${toset(var.page_readers)}",
  },
  // The account that builds.
  "google_artifact_registry_repository_iam_member.builder_images": {
    role: "roles/artifactregistry.writer",
    on: "${google_artifact_registry_repository.images.repository_id}",
    to: builder,
  },
  "google_project_iam_member.builder_logs": {
    role: "roles/logging.logWriter",
    on: "${var.project_id}",
    to: builder,
  },
  "google_project_iam_member.builder_sources": {
    role: "roles/storage.objectViewer",
    on: "${var.project_id}",
    to: builder,
  },
  "google_storage_bucket_iam_member.builder_bundles": {
    role: "roles/storage.objectViewer",
    on: "${google_storage_bucket.bundles.name}",
    to: builder,
  },
  // Google's services, on their way between ours.
  "google_pubsub_subscription_iam_member.dead_letter_subscriber": {
    role: "roles/pubsub.subscriber",
    on: "${google_pubsub_subscription.push[each.key].name}",
    to: "${var.pubsub_agent}",
    each: "${var.topics}",
  },
  "google_pubsub_topic_iam_member.dead_letter_publisher": {
    role: "roles/pubsub.publisher",
    on: topic("each.key"),
    to: pubsub,
    each: "${toset([local.dead_letters, local.parked])}",
  },
  "google_pubsub_topic_iam_member.notification_publisher": {
    role: "roles/pubsub.publisher",
    on: topic("local.object_finalized"),
    to: "${local.storage_agent}",
    each: "${local.is_notified ? 1 : 0}",
  },
  "google_service_account_iam_member.caller_tokens": {
    role: "roles/iam.serviceAccountOpenIdTokenCreator",
    on: "${google_service_account.caller.name}",
    to: "${time_sleep.agent[each.key].triggers.member}",
    each: '${toset(concat(["pubsub.googleapis.com"], local.scheduler))}',
  },
  "google_storage_bucket_iam_member.archive_writer": {
    role: "${each.key}",
    on: "${google_storage_bucket.lake.name}",
    to: pubsub,
    each: '${toset(["roles/storage.legacyBucketReader", "roles/storage.objectCreator"])}',
  },
};

/** Who may do what, by name of the rule. */
export const permissionRules: Record<string, Rule> = {
  "every-function-its-account": ({ root, eventFunction }) => {
    const accounts = ofType(eventFunction, "google_service_account");
    const functions = [
      ...ofType(eventFunction, "google_cloudfunctions2_function"),
      ...ofType(root, "google_cloudfunctions2_function"),
    ];
    return [
      ...about("module event_function", {
        "once for each folder of functions/":
          root.modules.event_function?.for_each === "${local.functions}",
        "has one account": accounts.length === 1 && accounts[0]?.body.for_each === undefined,
      }),
      ...functions.flatMap(({ name, body }) =>
        about(`function ${name}`, {
          "runs as its own account":
            block(body, "service_config").service_account_email ===
            "${google_service_account.function.email}",
          "is built by an account that only builds":
            block(body, "build_config").service_account === "${var.build.service_account}",
        }),
      ),
      ...eventFunction.resources
        .filter(({ type, body }) => grants.test(type) && body.member !== undefined)
        .filter(
          ({ type }) => !type.startsWith("google_cloud_run") && !type.includes("subscription"),
        )
        .flatMap(({ name, body }) =>
          about(name, {
            "is given to the function's own account":
              body.member === "${google_service_account.function.member}",
          }),
        ),
    ];
  },

  "roles-are-a-closed-list": (deployment) => {
    const given = everything(deployment).filter(({ type }) => grants.test(type));
    return [
      ...given.flatMap(({ type, name, body }) => {
        const listed = closedList[`${type}.${name}`];
        if (listed === undefined) return [`${type}.${name} is not in the list`];
        const { role, member, for_each, count } = body;
        return about(`${type}.${name}`, {
          [`gives ${listed.role}, not ${text(role)}`]: role === listed.role,
          [`on ${listed.on}`]: onWhat(body) === listed.on,
          [`to ${listed.to}, not ${text(member)}`]: member === listed.to,
          [`for each of ${listed.each}`]: (for_each ?? count) === listed.each,
        });
      }),
      ...Object.keys(closedList)
        .filter((listed) => !given.some(({ type, name }) => `${type}.${name}` === listed))
        .map((listed) => `${listed} is listed, but not there`),
      ...about("appending", {
        "is all that its role may do":
          JSON.stringify(
            ofType(deployment.root, "google_project_iam_custom_role").map(
              ({ body }) => body.permissions,
            ),
          ) === '[["bigquery.tables.get","bigquery.tables.updateData"]]',
      }),
      ...about("roles in the lake", {
        "are reading, creating and replacing":
          JSON.stringify(deployment.eventFunction.locals.lake_roles) ===
          '{"roles/storage.objectCreator":"${var.lake.creates}","roles/storage.objectUser":"${var.lake.replaces}","roles/storage.objectViewer":"${var.lake.reads}"}',
      }),
    ];
  },

  "no-role-at-project-level": (deployment) =>
    everything(deployment).flatMap(({ type, name }) => {
      if (widerThanATable.test(type)) return [`${type}.${name} is wider than a table`];
      if (type !== "google_project_iam_member") return [];
      return about(name, {
        "has a narrower form than the project": projectGrants.includes(name),
        "says why it has none": new RegExp(
          `^# At project level, because [^\n]*\n(?:#[^\n]*\n)*resource "${type}" "${name}"`,
          "m",
        ).test(deployment.source),
      });
    }),

  "conditions-end-where-names-end": (deployment) =>
    everything(deployment)
      .filter(({ type }) => grants.test(type))
      .flatMap(({ type, name, body }) => {
        const { expression } = block(body, "condition");
        const prefixes = [...text(expression).matchAll(/startsWith\(\\?"(.*?)\\?"\)/g)];
        return prefixes.flatMap(([, prefix = ""]) =>
          about(`${type}.${name}`, {
            // What a function.json names ends in a slash: the module's variable says so.
            [`${prefix} is the beginning of other names, too`]:
              prefix.endsWith("/") || prefix.endsWith("/objects/${prefix}"),
          }),
        );
      }),

  "grants-outlive-mounts": ({ root, eventFunction }) => {
    const waits = (resource: string) =>
      JSON.stringify(
        eventFunction.resources.find(({ type, name }) => `${type}.${name}` === resource)?.body
          .depends_on ?? [],
      );
    const mounts = ["google_secret_manager_secret_iam_member.reader", "time_sleep.identity"];
    return [
      ...eventFunction.resources
        .filter(({ type, name }) => mounts.includes(`${type}.${name}`))
        .flatMap(({ type, name, body }) =>
          about(`${type}.${name}`, {
            "is destroyed after the revision that needs it":
              block(body, "lifecycle").create_before_destroy === true,
          }),
        ),
      ...about("the function", {
        "waits for its accounts and secrets": waits(
          "google_cloudfunctions2_function.function",
        ).includes("time_sleep.identity"),
        "which wait for the grants": waits("time_sleep.identity").includes(mounts[0] ?? ""),
        "gets the secrets that have a version, as the grants do": text(
          root.modules.event_function?.secrets,
        ).includes("if contains(keys(var.secret_versions), variable)"),
      }),
    ];
  },

  "only-the-webhook-is-public": (deployment) =>
    everything(deployment).flatMap(({ type, name, body }) => {
      if (!/allUsers|allAuthenticatedUsers/.test(JSON.stringify(body))) return [];
      const isForPublicHttp =
        type === "google_cloud_run_v2_service_iam_member" &&
        body.role === "roles/run.invoker" &&
        body.count === '${var.http == "public" ? 1 : 0}';
      return isForPublicHttp ? [] : [`${type}.${name} is open to everybody`];
    }),
};

const resources = [
  "bucket",
  "cloud_run_service_name",
  "repository",
  "secret_id",
  "service_account_id",
  "subscription",
  "table_id",
  "topic",
  "name",
  "project",
];

/** What a role is given on: the narrowest of what its arguments name. */
function onWhat(body: Record<string, unknown>): string {
  const argument = resources.find((name) => name in body) ?? "";
  return text(body[argument]);
}
