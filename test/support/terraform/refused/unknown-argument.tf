resource "google_pubsub_topic" "topic" {
  name      = "tweets"
  retention = "1d"
}
