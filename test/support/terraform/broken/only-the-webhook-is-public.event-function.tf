# Every function with HTTP, the private ones too.
resource "google_cloud_run_v2_service_iam_member" "public" {
  count = var.http == null ? 0 : 1
}
