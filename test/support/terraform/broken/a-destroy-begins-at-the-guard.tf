# Messages that are gone before the guard has refused.
resource "google_pubsub_subscription" "copies" {
  name                       = "${google_pubsub_topic.topic["tweets"].name}.copies"
  topic                      = google_pubsub_topic.topic["tweets"].id
  message_retention_duration = "2678400s"

  expiration_policy {
    ttl = ""
  }
}
