locals {
  lake_roles = {
    "roles/storage.objectCreator" = var.lake.creates
    "roles/storage.objectUser"    = var.lake.replaces
    "roles/storage.objectViewer"  = var.lake.reads
  }
  lake_titles = {
    "roles/storage.objectCreator" = "only-what-it-creates"
    "roles/storage.objectUser"    = "only-what-it-replaces"
    "roles/storage.objectViewer"  = "only-what-it-reads"
  }
}

resource "google_bigquery_table_iam_member" "appender" {
  for_each = var.tables

  project    = var.project_id
  dataset_id = var.dataset
  table_id   = each.value
  role       = var.appender_role
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

# Reads, creates and replaces where its function.json says, and nowhere else. Names may be listed in the
# whole lake: Cloud Storage says 404 only to who may list, and 403 to others.
resource "google_storage_bucket_iam_member" "lake" {
  for_each = { for role, prefixes in local.lake_roles : role => prefixes if length(prefixes) > 0 }

  bucket = var.bucket
  role   = each.key
  member = google_service_account.function.member

  condition {
    title       = local.lake_titles[each.key]
    description = "Objects whose names begin with ${join(" or ", each.value)}"
    expression = join(" || ", concat(
      each.key == "roles/storage.objectViewer" ? ["resource.name == \"projects/_/buckets/${var.bucket}\""] : [],
      [for prefix in each.value : "resource.name.startsWith(\"projects/_/buckets/${var.bucket}/objects/${prefix}\")"],
    ))
  }
}

resource "google_secret_manager_secret_iam_member" "reader" {
  for_each = var.secrets

  project   = var.project_id
  secret_id = each.value.secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.function.member

  # Outlives the revision that mounts the secret.
  lifecycle {
    create_before_destroy = true
  }
}
