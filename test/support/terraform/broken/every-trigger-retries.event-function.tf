# A push subscription that neither backs off nor gives up.
resource "google_pubsub_subscription" "push" {
  retry_policy       = null
  dead_letter_policy = null
}
