resource "google_pubsub_topic" "topic" {
  name = "tweets"
}

output "topic" {
  value = google_pubsub_topic.topic.address
}
