# Gone after a quiet month.
resource "google_pubsub_subscription" "kept" {
  expiration_policy {
    ttl = "2678400s"
  }
}
