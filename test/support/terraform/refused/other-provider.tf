resource "google_project_service_identity" "agent" {
  provider = google

  service = "pubsub.googleapis.com"
}
