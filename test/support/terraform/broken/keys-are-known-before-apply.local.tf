# Through a local value: the lake's name is known only when the lake is there.
locals {
  is_notified = google_storage_bucket.lake.name != ""
}
