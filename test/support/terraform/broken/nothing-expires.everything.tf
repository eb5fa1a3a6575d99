# All objects, the archive among them.
resource "google_storage_bucket" "lake" {
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age = var.lifecycle_days.landing_delete
    }
  }
}
