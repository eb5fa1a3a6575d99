resource "google_pubsub_queue" "topic" {
  name = "tweets"
}
