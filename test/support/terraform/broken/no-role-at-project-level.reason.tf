resource "google_project_iam_member" "log_reader" {
  project = var.project_id
  role    = "roles/logging.viewer"
  member  = google_service_account.caller.member
}
