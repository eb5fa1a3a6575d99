# As many instances as Google gives.
resource "google_cloudfunctions2_function" "function" {
  service_config {
    available_memory = var.resources.memory
  }
}
