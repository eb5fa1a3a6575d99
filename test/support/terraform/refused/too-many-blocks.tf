resource "google_pubsub_subscription" "kept" {
  name  = "dead-letters.kept"
  topic = "dead-letters"

  expiration_policy {
    ttl = ""
  }
  expiration_policy {
    ttl = ""
  }
}
