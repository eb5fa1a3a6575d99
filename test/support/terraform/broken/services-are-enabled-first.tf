# Fails on a fresh project.
resource "google_pubsub_topic" "topic" {
  depends_on = null
}
