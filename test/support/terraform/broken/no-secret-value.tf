# A value in the state.
resource "google_secret_manager_secret_version" "first" {
  secret      = google_secret_manager_secret.secret["X_CONSUMER_SECRET"].id
  secret_data = "not so secret"
}
