import * as z from "zod";
import { about, allOfType, block, everything, ofType, type Rule, text } from "./rule.ts";

/** What holds of the deployment, by name. */
export const deploymentRules: Record<string, Rule> = {
  "every-trigger-retries": ({ eventFunction }) => {
    const pushes = ofType(eventFunction, "google_pubsub_subscription");
    if (pushes.length === 0) return ["no push subscription"];
    return pushes.flatMap(({ name, body }) => {
      const retry = block(body, "retry_policy");
      const deadLetter = block(body, "dead_letter_policy");
      return about(name, {
        "one for each topic of the function": body.for_each === "${var.topics}",
        "is named <topic>.<function>": body.name === "${var.prefix}${each.key}.${var.name}",
        "has the function's timeout as its deadline":
          body.ack_deadline_seconds === "${var.resources.timeout_seconds}",
        "backs off as its function.json says":
          retry.minimum_backoff === "${var.delivery.min_backoff_seconds}s" &&
          retry.maximum_backoff === "${var.delivery.max_backoff_seconds}s",
        "gives up to a dead-letter topic": text(deadLetter.dead_letter_topic) !== "",
        "tries as often as its function.json says":
          deadLetter.max_delivery_attempts === "${var.delivery.max_attempts}",
      });
    });
  },

  "pushes-are-authenticated": ({ eventFunction }) =>
    ofType(eventFunction, "google_pubsub_subscription").flatMap(({ name, body }) => {
      const push = block(body, "push_config");
      const token = block(push, "oidc_token");
      return about(name, {
        "is pushed to the function, with the topic in the path":
          push.push_endpoint ===
          "${local.uri}/projects/${var.project_id}/topics/${var.prefix}${each.key}",
        "carries a token of the caller": token.service_account_email === "${var.caller.email}",
        "carries a token for this function only": token.audience === "${local.uri}",
        "waits until the caller may call": text(JSON.stringify(body.depends_on)).includes(
          "google_cloud_run_v2_service_iam_member.caller",
        ),
      });
    }),

  "publishing-comes-last": ({ root, eventFunction }) => {
    const publisher = root.resources.find(({ name }) => name === "publisher")?.body ?? {};
    const subscriptions = ofType(root, "google_pubsub_subscription").map(
      ({ type, name }) => `${type}.${name}`,
    );
    const waits = z.array(z.string()).catch([]).parse(publisher.depends_on);
    return [
      ...about("publisher", {
        "one for each topic that a function publishes to": text(publisher.for_each).includes(
          "for topic in function.publishes",
        ),
        "is given to the function's own account":
          publisher.member ===
          "serviceAccount:${module.event_function[each.value.function].service_account}",
        ...Object.fromEntries(
          ["module.event_function", ...subscriptions].map((subscribed) => [
            `waits for ${subscribed}`,
            waits.includes(`\${${subscribed}}`),
          ]),
        ),
      }),
      ...eventFunction.resources
        .filter(({ body }) => body.role === "roles/pubsub.publisher")
        .map(({ name }) => `${name}: before other functions have subscribed`),
    ];
  },

  "no-event-trigger": (deployment) =>
    everything(deployment)
      .filter(({ type, body }) => type === "google_eventarc_trigger" || "event_trigger" in body)
      .map(({ type, name }) => `${type}.${name} belongs to Eventarc: no dead letters, no retries`),

  "functions-are-limited": ({ eventFunction }) =>
    ofType(eventFunction, "google_cloudfunctions2_function").flatMap(({ name, body }) => {
      const build = block(body, "build_config");
      const service = block(body, "service_config");
      const fromManifest = {
        available_memory: "memory",
        max_instance_request_concurrency: "concurrency",
        min_instance_count: "min_instances",
        max_instance_count: "max_instances",
        timeout_seconds: "timeout_seconds",
      };
      return about(name, {
        "runs on nodejs24": build.runtime === "nodejs24",
        "is called by the name it registers under": build.entry_point === "${var.name}",
        "has the CPU of its function.json":
          service.available_cpu === "${tostring(var.resources.cpu)}",
        ...Object.fromEntries(
          Object.entries(fromManifest).map(([argument, key]) => [
            `has the ${argument} of its function.json`,
            service[argument] === `\${var.resources.${key}}`,
          ]),
        ),
        "can be reached from outside only when it has HTTP":
          service.ingress_settings === '${var.http == null ? "ALLOW_INTERNAL_ONLY" : "ALLOW_ALL"}',
      });
    }),

  "no-secret-value": (deployment) => [
    ...everything(deployment)
      .filter(
        ({ type, body }) =>
          type.endsWith("secret_version") || /"secret_data/.test(JSON.stringify(body)),
      )
      .map(({ type, name }) => `${type}.${name} holds a value`),
    ...allOfType(deployment, "google_cloudfunctions2_function").flatMap(({ name, body }) =>
      about(name, {
        "mounts secrets, by version": /secret_environment_variables\.value\.version/.test(
          JSON.stringify(body),
        ),
      }),
    ),
  ],

  "buckets-are-closed": (deployment) =>
    allOfType(deployment, "google_storage_bucket").flatMap(({ name, body }) =>
      about(name, {
        "has uniform access": body.uniform_bucket_level_access === true,
        "prevents public access": body.public_access_prevention === "enforced",
        "keeps versions": block(body, "versioning").enabled === true,
        "has a lifecycle": Array.isArray(body.lifecycle_rule) && body.lifecycle_rule.length > 0,
      }),
    ),

  "views-come-after-what-they-read": ({ root }) => {
    const rounds = ["first_view", "second_view", "third_view"];
    return rounds.flatMap((name, index) => {
      const view = root.resources.find((one) => one.name === name)?.body ?? {};
      const before = index === 0 ? "table" : rounds[index - 1];
      return about(name, {
        "is one for each view of its round": view.for_each === `\${local.${name}s}`,
        "waits for the round before":
          JSON.stringify(view.depends_on) ===
          JSON.stringify([`\${google_bigquery_table.${before}}`]),
        "has its generated query": block(view, "view").query === "${local.view_sql[each.key]}",
      });
    });
  },

  "queries-are-bounded": (deployment) => [
    ...allOfType(deployment, "google_bigquery_job").flatMap(({ name, body }) =>
      about(name, {
        "has maximum_bytes_billed": block(body, "query").maximum_bytes_billed !== undefined,
      }),
    ),
    ...about("environment", {
      "tells functions the most bytes of a query": JSON.stringify(
        deployment.root.locals.environment ?? {},
      ).includes("MAXIMUM_BYTES_BILLED"),
    }),
  ],

  "objects-notify-a-topic": ({ root }) => {
    const notification = ofType(root, "google_storage_notification")[0]?.body ?? {};
    const publisher = root.resources.find(({ name }) => name === "notification_publisher")?.body;
    return about("notification", {
      "of finished objects": JSON.stringify(notification.event_types) === '["OBJECT_FINALIZE"]',
      "in landing/ only": notification.object_name_prefix === "landing/",
      "by an agent that may publish": publisher?.member === "${local.storage_agent}",
    });
  },

  "everything-is-described": ({ root, eventFunction }) =>
    [root, eventFunction].flatMap((module) =>
      Object.entries({ ...module.variables, ...module.outputs }).flatMap(
        ([name, { description }]) =>
          about(name, { "has a description": text(description).length > 10 }),
      ),
    ),

  "versions-are-pinned": ({ root, eventFunction }) =>
    [root, eventFunction].flatMap(({ terraform: [settings = {}] }) => {
      const providers = Object.entries(block(settings, "required_providers"));
      const version = z.object({ version: z.string() });
      return [
        ...about("terraform", {
          "is pinned": /^>= 1\.\d+\.\d+, < 2/.test(text(settings.required_version)),
          "names its providers": providers.length > 0,
        }),
        ...providers.flatMap(([name, provider]) =>
          about(`provider ${name}`, {
            "is pinned": /^~> \d+\.\d+\.\d+$/.test(version.safeParse(provider).data?.version ?? ""),
          }),
        ),
      ];
    }),

  "alerts-link-a-runbook": ({ root: module, runbook }) => {
    const keys = [...text(module.locals.alerts).matchAll(/^ {4}"?([a-z-]+)"? (?:=|=>) \{$/gm)].map(
      ([, key = ""]) => key,
    );
    const forEach = [...text(module.locals.alerts).matchAll(/: "([a-z-]+)" => \{$/gm)].map(
      ([, key = ""]) => key,
    );
    const policies = ofType(module, "google_monitoring_alert_policy");
    return [
      ...about("alerts", { "are some": keys.length > 0 && policies.length > 0 }),
      ...policies.flatMap(({ name, body }) =>
        about(name, {
          "links the runbook": text(block(block(body, "documentation"), "links").url).endsWith(
            "runbook_url}#${each.key}",
          ),
          "notifies the channels": text(body.notification_channels).endsWith(
            "notification_channels}",
          ),
        }),
      ),
      ...[...keys, ...forEach].flatMap((key) =>
        about(key, { "is in the runbook": runbook.includes(`\n## ${key}\n`) }),
      ),
    ];
  },

  "services-are-enabled-first": ({ root }) => {
    const waits = [
      "google_pubsub_topic",
      "google_bigquery_dataset",
      "google_secret_manager_secret",
    ];
    return [
      ...waits.flatMap((type) =>
        ofType(root, type).flatMap(({ name, body }) =>
          about(`${type}.${name}`, {
            "waits until its service is enabled": JSON.stringify(body.depends_on ?? []).includes(
              "time_sleep.services",
            ),
          }),
        ),
      ),
      ...about("agents", {
        "are asked for": ofType(root, "google_project_service_identity").some(({ body }) =>
          text(body.for_each).includes("pubsub.googleapis.com"),
        ),
        "stay enabled on destroy": ofType(root, "google_project_service").every(
          ({ body }) => body.disable_on_destroy === false,
        ),
      }),
    ];
  },

  "bundles-are-reproducible": ({ root }) => {
    const archive = ofType(root, "data.archive_file")[0]?.body ?? {};
    const bundle = ofType(root, "google_storage_bucket_object").find(
      ({ name }) => name === "bundle",
    );
    return about("bundle", {
      "is zipped from dist/": archive.source_dir === "${local.root}/dist/${each.key}",
      "has fixed modes": archive.output_file_mode === "0644",
      "is named by its content": text(bundle?.body.name).includes("output_md5"),
    });
  },

  "tenants-share-nothing": ({ root, eventFunction }) => {
    const named = [
      "google_pubsub_topic",
      "google_pubsub_subscription",
      "google_storage_bucket",
      "google_service_account",
      "google_secret_manager_secret",
      "google_cloud_scheduler_job",
      "google_cloudfunctions2_function",
      "google_logging_metric",
      "google_bigquery_dataset",
      "google_artifact_registry_repository",
      "google_project_iam_custom_role",
    ];
    const prefixed =
      /var\.prefix|local\.(?:full_name|account_id|dataset_id|lake_name|metric_prefix)|google_pubsub_topic\.topic/;
    return [root, eventFunction].flatMap((module) =>
      module.resources
        .filter(({ type }) => named.includes(type))
        .flatMap(({ type, name, body }) =>
          about(`${type}.${name}`, {
            "has the prefix in its name": prefixed.test(
              text(
                body.name ??
                  body.account_id ??
                  body.secret_id ??
                  body.dataset_id ??
                  body.repository_id ??
                  body.role_id,
              ),
            ),
          }),
        ),
    );
  },
};
