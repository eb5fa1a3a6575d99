resource "google_cloudfunctions2_function" "function" {
  name     = "normalize-tweets"
  location = "europe-west1"

  service_config {
    ingress_settings = "ALLOW_EVERYBODY"
  }
}
