locals {
  full_name = "${var.prefix}${var.name}"

  # Account ids have at most 30 characters.
  account_id = (
    length(local.full_name) <= 30 ? local.full_name : "${substr(local.full_name, 0, 23)}-${substr(sha1(local.full_name), 0, 6)}"
  )

  # For Node itself. V8 that is told a heap of 160 MB collects its old generation over and over: by
  # npm run bench -- http, the same messages take a sixth more CPU. The instance's own limit holds.
  runtime = {
    LOG_EXECUTION_ID = "true"
    NODE_ENV         = "production"
    NODE_OPTIONS     = "--max-old-space-size=1024 --max-semi-space-size=16"
  }
}

resource "google_service_account" "function" {
  project      = var.project_id
  account_id   = local.account_id
  display_name = local.full_name
  description  = "Runs function ${local.full_name} and nothing else"
}

# Cloud Run checks that a new revision can read its secrets, and a grant takes a while to be known.
# Like the grants it goes last when a secret is taken away: the old revision needs it until then.
resource "time_sleep" "identity" {
  create_duration = "60s"
  triggers        = { secrets = join(",", sort(keys(var.secrets))) }

  depends_on = [
    google_secret_manager_secret_iam_member.reader,
    google_service_account.function,
  ]

  lifecycle {
    create_before_destroy = true
  }
}

# No event_trigger: its subscription would belong to Eventarc, without dead letters and retries.
resource "google_cloudfunctions2_function" "function" {
  project     = var.project_id
  location    = var.region
  name        = local.full_name
  description = var.description
  labels      = var.labels

  build_config {
    runtime         = "nodejs24"
    entry_point     = var.name
    service_account = var.build.service_account

    # One of this deployment's own: that of Cloud Functions is shared by all of the project.
    docker_repository = var.build.repository

    source {
      storage_source {
        bucket = var.bundle.bucket
        object = var.bundle.object
      }
    }
  }

  service_config {
    available_cpu                    = tostring(var.resources.cpu)
    available_memory                 = var.resources.memory
    max_instance_request_concurrency = var.resources.concurrency
    min_instance_count               = var.resources.min_instances
    max_instance_count               = var.resources.max_instances
    timeout_seconds                  = var.resources.timeout_seconds
    environment_variables            = merge(local.runtime, var.environment)
    service_account_email            = google_service_account.function.email
    all_traffic_on_latest_revision   = true

    # Pub/Sub and Cloud Scheduler of the same project are internal; people are not.
    ingress_settings = var.http == null ? "ALLOW_INTERNAL_ONLY" : "ALLOW_ALL"

    dynamic "secret_environment_variables" {
      for_each = var.secrets

      content {
        key        = secret_environment_variables.key
        project_id = var.project_id
        secret     = secret_environment_variables.value.secret_id
        version    = secret_environment_variables.value.version
      }
    }
  }

  depends_on = [
    google_bigquery_table_iam_member.appender,
    google_bigquery_table_iam_member.reader,
    google_project_iam_member.query_runner,
    google_storage_bucket_iam_member.lake,
    time_sleep.identity,
  ]
}

resource "google_cloud_run_v2_service_iam_member" "caller" {
  count = length(var.topics) > 0 || var.is_scheduled ? 1 : 0

  project  = var.project_id
  location = var.region
  name     = google_cloudfunctions2_function.function.name
  role     = "roles/run.invoker"
  member   = var.caller.member
}

resource "google_cloud_run_v2_service_iam_member" "public" {
  count = var.http == "public" ? 1 : 0

  project  = var.project_id
  location = var.region
  name     = google_cloudfunctions2_function.function.name
  role     = "roles/run.invoker"
  member   = "allUsers"
}

resource "google_cloud_run_v2_service_iam_member" "invoker" {
  for_each = var.invokers

  project  = var.project_id
  location = var.region
  name     = google_cloudfunctions2_function.function.name
  role     = "roles/run.invoker"
  member   = each.value
}
