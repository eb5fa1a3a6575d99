# A function that runs as the account that calls it.
resource "google_cloudfunctions2_function" "function" {
  service_config {
    service_account_email = var.caller.email
  }
}
