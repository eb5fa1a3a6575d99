# landing-elsewhere/, too.
resource "google_storage_bucket_iam_member" "lake" {
  condition {
    title      = "only-what-it-reads"
    expression = "resource.name.startsWith(\"projects/_/buckets/${var.bucket}/objects/landing\")"
  }
}
