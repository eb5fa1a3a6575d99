# An alert that tells nobody what to do.
resource "google_monitoring_alert_policy" "alert" {
  documentation {
    content = "Something is wrong."
  }
}
