# Publishing to all topics of the project.
resource "google_project_iam_member" "publisher" {
  project = var.project_id
  role    = "roles/pubsub.publisher"
  member  = google_service_account.function.member
}
