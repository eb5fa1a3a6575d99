resource "google_service_account" "function" {
  account_id = "normalize-tweets"
  email      = "normalize-tweets@a-project.iam.gserviceaccount.com"
}
