locals {
  root = "${path.module}/.."

  # Generated from functions/*/function.json by `npm run generate`.
  manifests = {
    for entry in fileset("${path.module}/manifests", "*.json") :
    trimsuffix(entry, ".json") => jsondecode(file("${path.module}/manifests/${entry}"))
  }

  # Every function as its function.json declares it, with what this environment overrides.
  functions = {
    for name, manifest in local.manifests : name => {
      description = manifest.description
      topics      = toset(manifest.trigger.topics)
      http        = manifest.trigger.http
      schedule    = manifest.trigger.schedule
      publishes   = toset(keys(manifest.publishes))
      archived    = toset(manifest.archived)
      tables      = toset(keys(manifest.tables))
      queries     = toset(keys(manifest.queries))
      lake = {
        reads    = toset(flatten([for bucket in values(manifest.buckets) : bucket.reads]))
        creates  = toset(flatten([for bucket in values(manifest.buckets) : bucket.creates]))
        replaces = toset(flatten([for bucket in values(manifest.buckets) : bucket.replaces]))
      }
      secrets = toset(keys(manifest.secrets))
      delivery = {
        min_backoff_seconds = manifest.delivery.minBackoffSeconds
        max_backoff_seconds = manifest.delivery.maxBackoffSeconds
        max_attempts        = manifest.delivery.maxAttempts
      }
      resources = {
        concurrency     = coalesce(try(var.functions[name].concurrency, null), manifest.concurrency)
        cpu             = coalesce(try(var.functions[name].cpu, null), manifest.cpu)
        max_instances   = coalesce(try(var.functions[name].max_instances, null), manifest.maxInstances)
        memory          = coalesce(try(var.functions[name].memory, null), manifest.memory)
        min_instances   = coalesce(try(var.functions[name].min_instances, null), manifest.minInstances)
        timeout_seconds = coalesce(try(var.functions[name].timeout_seconds, null), manifest.timeoutSeconds)
      }
      # Variables without a value here have a default in the function's config.ts. Empty ones are
      # left out: not every API gives them back, and then every apply would set them again.
      environment = { for variable, value in merge(
        { for variable in keys(manifest.environment) : variable => local.environment[variable] if contains(keys(local.environment), variable) },
        { for variable in keys(manifest.buckets) : variable => local.lake_name },
        try(var.functions[name].environment, {}),
      ) : variable => value if value != "" }
    }
  }

  # What the deployment knows. A function gets those that its function.json names.
  environment = {
    BIGQUERY_DATASET     = local.dataset_id
    BIGQUERY_LOCATION    = local.bigquery_location
    GOOGLE_CLOUD_PROJECT = var.project_id
    MAXIMUM_BYTES_BILLED = tostring(var.maximum_bytes_billed)
    STORE_TEXT           = tostring(var.store_text)
    TOPIC_PREFIX         = var.prefix
  }

  # Where Cloud Functions keeps the bundles that it builds.
  sources = "projects/_/buckets/gcf-v2-sources-${local.project_number}-${var.region}"

  tenant = trimsuffix(var.prefix, "-")
  labels = merge(var.labels, { app = "hourtally" }, local.tenant == "" ? {} : { tenant = local.tenant })
}

# The bundles of `npm run build`. Fixed modes and the provider's fixed times make equal bundles equal
# bytes, so that a function is deployed again exactly when its code has changed.
data "archive_file" "bundle" {
  for_each = local.functions

  type             = "zip"
  source_dir       = "${local.root}/dist/${each.key}"
  output_path      = "${local.root}/dist/.bundles/${var.prefix}${each.key}.zip"
  output_file_mode = "0644"

  lifecycle {
    precondition {
      condition     = alltrue([for file in ["index.cjs", "package.json", "package-lock.json"] : fileexists("${local.root}/dist/${each.key}/${file}")])
      error_message = "dist/${each.key} is not built: run npm run build first."
    }
  }
}

resource "google_storage_bucket_object" "bundle" {
  for_each = local.functions

  bucket       = google_storage_bucket.bundles.name
  name         = "${each.key}/bundle-${data.archive_file.bundle[each.key].output_md5}.zip"
  source       = data.archive_file.bundle[each.key].output_path
  content_type = "application/zip"
}

module "event_function" {
  source   = "./modules/event-function"
  for_each = local.functions

  project_id  = var.project_id
  region      = var.region
  name        = each.key
  prefix      = var.prefix
  description = each.value.description
  labels      = local.labels

  bundle = {
    bucket = google_storage_bucket_object.bundle[each.key].bucket
    object = google_storage_bucket_object.bundle[each.key].name
  }
  build = {
    service_account = time_sleep.builder.triggers.account
    repository      = google_artifact_registry_repository.images.id
  }

  resources   = each.value.resources
  delivery    = each.value.delivery
  environment = each.value.environment
  secrets = {
    for variable in each.value.secrets : variable => {
      secret_id = google_secret_manager_secret.secret[variable].secret_id
      version   = var.secret_versions[variable]
    } if contains(keys(var.secret_versions), variable)
  }

  topics = { for topic in each.value.topics : topic => google_pubsub_topic.topic[topic].id }
  dead_letter_topics = {
    for topic in each.value.topics : topic => google_pubsub_topic.topic[
      topic == local.dead_letters ? local.parked : local.dead_letters
    ].id
  }
  appender_role = google_project_iam_custom_role.appender.name
  tables        = { for table in each.value.tables : table => google_bigquery_table.table[table].table_id }
  queries       = { for relation in local.readable[each.key] : relation => local.relations[relation] }
  dataset       = google_bigquery_dataset.hourtally.dataset_id
  bucket        = google_storage_bucket.lake.name
  lake          = each.value.lake
  http          = each.value.http
  invokers      = each.value.http == "private" ? toset(var.private_invokers) : toset([])

  caller = {
    email  = google_service_account.caller.email
    member = google_service_account.caller.member
  }
  pubsub_agent = local.pubsub_agent
  is_scheduled = each.value.schedule != null

  depends_on = [time_sleep.services]
}

# Calls the functions on behalf of Pub/Sub and Cloud Scheduler. It may do nothing else.
resource "google_service_account" "caller" {
  project      = var.project_id
  account_id   = "${var.prefix}caller"
  display_name = "${var.prefix}caller"
  description  = "Calls the functions that Pub/Sub and Cloud Scheduler trigger"

  depends_on = [time_sleep.services]
}

# Identity tokens and nothing else: with an access token, an agent could act as the account.
resource "google_service_account_iam_member" "caller_tokens" {
  for_each = toset(concat(["pubsub.googleapis.com"], local.scheduler))

  service_account_id = google_service_account.caller.name
  role               = "roles/iam.serviceAccountOpenIdTokenCreator"
  member             = time_sleep.agent[each.key].triggers.member
}

# Builds run other people's install scripts, so they get an account that can do nothing but build.
resource "google_service_account" "builder" {
  project      = var.project_id
  account_id   = "${var.prefix}builder"
  display_name = "${var.prefix}builder"
  description  = "Builds the images of the functions"

  depends_on = [time_sleep.services]
}

# Images of the functions. Cloud Run keeps a copy of each that it serves.
resource "google_artifact_registry_repository" "images" {
  project       = var.project_id
  location      = var.region
  repository_id = "${var.prefix}hourtally"
  description   = "Images of the functions"
  labels        = local.labels
  format        = "DOCKER"

  cleanup_policies {
    id     = "keep-recent"
    action = "KEEP"

    most_recent_versions {
      keep_count = 5
    }
  }

  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"

    condition {
      older_than = "2592000s"
    }
  }

  depends_on = [time_sleep.services]
}

resource "google_artifact_registry_repository_iam_member" "builder_images" {
  project    = var.project_id
  location   = google_artifact_registry_repository.images.location
  repository = google_artifact_registry_repository.images.repository_id
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.builder.member
}

resource "google_storage_bucket_iam_member" "builder_bundles" {
  bucket = google_storage_bucket.bundles.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.builder.member
}

# At project level, because a bucket of Cloud Functions does not exist before the first function:
# it copies each bundle there, and the build reads the copy. The condition narrows it to that bucket.
resource "google_project_iam_member" "builder_sources" {
  project = var.project_id
  role    = "roles/storage.objectViewer"
  member  = google_service_account.builder.member

  # The whole name, or with its slash: europe-west1 begins like europe-west10.
  condition {
    title       = "only-function-sources"
    description = "Bucket in which Cloud Functions keeps what it builds"
    expression  = "resource.name == \"${local.sources}\" || resource.name.startsWith(\"${local.sources}/\")"
  }
}

# At project level, because writing log entries has no narrower form.
resource "google_project_iam_member" "builder_logs" {
  project = var.project_id
  role    = "roles/logging.logWriter"
  member  = google_service_account.builder.member
}

# A grant takes a minute or two to be known everywhere; a build that starts before fails. Functions
# read the account from here.
resource "time_sleep" "builder" {
  create_duration = "120s"
  triggers        = { account = google_service_account.builder.id }

  depends_on = [
    google_artifact_registry_repository_iam_member.builder_images,
    google_project_iam_member.builder_logs,
    google_project_iam_member.builder_sources,
    google_storage_bucket_iam_member.builder_bundles,
  ]
}

# The same for what Google's services check at once: that they may write the archive, and notify.
resource "time_sleep" "grants" {
  create_duration = "120s"

  depends_on = [
    google_pubsub_topic_iam_member.dead_letter_publisher,
    google_pubsub_topic_iam_member.notification_publisher,
    google_service_account_iam_member.caller_tokens,
    google_storage_bucket_iam_member.archive_writer,
  ]
}
