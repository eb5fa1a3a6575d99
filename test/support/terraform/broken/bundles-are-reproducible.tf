# Deployed once, and never again.
resource "google_storage_bucket_object" "bundle" {
  name = "bundle.zip"
}
