locals {
  mounted_secrets = { for variable, secret in var.secrets : variable => secret if secret.version != null }
}

resource "google_bigquery_table_iam_member" "appender" {
  for_each = var.tables

  project    = var.project_id
  dataset_id = var.dataset
  table_id   = each.value
  role       = "roles/bigquery.dataEditor"
  member     = google_service_account.function.member
}

resource "google_bigquery_table_iam_member" "reader" {
  for_each = var.queries

  project    = var.project_id
  dataset_id = var.dataset
  table_id   = each.value
  role       = "roles/bigquery.dataViewer"
  member     = google_service_account.function.member
}

# At project level, because running a query has no narrower form. It lets nobody read anything.
resource "google_project_iam_member" "query_runner" {
  count = length(var.queries) > 0 ? 1 : 0

  project = var.project_id
  role    = "roles/bigquery.jobUser"
  member  = google_service_account.function.member
}

# Reads and creates, but never replaces or deletes.
resource "google_storage_bucket_iam_member" "user" {
  for_each = toset(var.bucket == null ? [] : ["roles/storage.objectCreator", "roles/storage.objectViewer"])

  bucket = var.bucket
  role   = each.key
  member = google_service_account.function.member
}

resource "google_secret_manager_secret_iam_member" "reader" {
  for_each = local.mounted_secrets

  project   = var.project_id
  secret_id = each.value.secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.function.member
}
