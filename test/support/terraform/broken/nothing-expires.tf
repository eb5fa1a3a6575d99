# The raw archive for a year, and then nothing to replay from.
resource "google_storage_bucket" "lake" {
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age            = 365
      matches_prefix = ["archive/"]
    }
  }
}
