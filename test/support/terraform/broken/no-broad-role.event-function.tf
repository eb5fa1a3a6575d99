# Far more than reading and creating objects.
resource "google_storage_bucket_iam_member" "user" {
  role = "roles/storage.admin"
}
