# A secret that is taken away: the running revision loses it before the new one is there.
resource "google_secret_manager_secret_iam_member" "reader" {
  lifecycle {
    create_before_destroy = false
  }
}
