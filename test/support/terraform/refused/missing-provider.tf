resource "google_project_service_identity" "agent" {
  service = "pubsub.googleapis.com"
}
