# Reports and the archive would come in again.
resource "google_storage_notification" "landing" {
  object_name_prefix = null
}
