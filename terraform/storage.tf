locals {
  lake_name = "${var.project_id}-${var.prefix}lake"

  is_notified = contains(local.topics, local.object_finalized)
}

# The lake: landing/ for files that are to be counted, archive/ for the raw input, reports/ for what
# became of files, indices/ for the counts of closed hours by key.
resource "google_storage_bucket" "lake" {
  project                     = var.project_id
  name                        = local.lake_name
  location                    = var.region
  labels                      = local.labels
  storage_class               = "STANDARD"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.deletion_protection

  versioning {
    enabled = true
  }

  lifecycle_rule {
    action {
      type          = "SetStorageClass"
      storage_class = "NEARLINE"
    }
    condition {
      age            = var.lifecycle_days.archive_to_nearline
      matches_prefix = ["archive/"]
    }
  }

  lifecycle_rule {
    action {
      type          = "SetStorageClass"
      storage_class = "COLDLINE"
    }
    condition {
      age            = var.lifecycle_days.archive_to_coldline
      matches_prefix = ["archive/"]
    }
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age            = var.lifecycle_days.landing_delete
      matches_prefix = ["landing/"]
    }
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age            = var.lifecycle_days.reports_delete
      matches_prefix = ["reports/"]
    }
  }

  # Files of an hour that was closed again: export-hours gives them a custom time.
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      days_since_custom_time = var.lifecycle_days.superseded_delete
      matches_prefix         = ["indices/"]
    }
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      days_since_noncurrent_time = var.lifecycle_days.noncurrent_delete
    }
  }

  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }
    condition {
      age = 7
    }
  }

  depends_on = [time_sleep.first_services]
}

# Bundles of the functions, and the runbook that alerts link to.
resource "google_storage_bucket" "bundles" {
  project                     = var.project_id
  name                        = "${var.project_id}-${var.prefix}bundles"
  location                    = var.region
  labels                      = local.labels
  storage_class               = "STANDARD"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = true

  versioning {
    enabled = true
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      days_since_noncurrent_time = var.lifecycle_days.noncurrent_delete
    }
  }

  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }
    condition {
      age = 7
    }
  }

  depends_on = [time_sleep.first_services]
}

resource "google_pubsub_topic_iam_member" "notification_publisher" {
  count = local.is_notified ? 1 : 0

  project = var.project_id
  topic   = google_pubsub_topic.topic[local.object_finalized].name
  role    = "roles/pubsub.publisher"
  member  = local.storage_agent
}

# Only landing/: the archive, the reports and the indices must not come back in.
resource "google_storage_notification" "landing" {
  count = local.is_notified ? 1 : 0

  bucket             = google_storage_bucket.lake.name
  topic              = google_pubsub_topic.topic[local.object_finalized].id
  payload_format     = "JSON_API_V1"
  event_types        = ["OBJECT_FINALIZE"]
  object_name_prefix = "landing/"

  depends_on = [time_sleep.grants]
}

# What Pub/Sub needs to write the archive: create objects, and see that the bucket is there.
resource "google_storage_bucket_iam_member" "archive_writer" {
  for_each = toset(["roles/storage.legacyBucketReader", "roles/storage.objectCreator"])

  bucket = google_storage_bucket.lake.name
  role   = each.key
  member = local.pubsub_agent
}
