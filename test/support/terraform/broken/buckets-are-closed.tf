# A bucket that one careless grant would publish.
resource "google_storage_bucket" "lake" {
  public_access_prevention = "inherited"
}
