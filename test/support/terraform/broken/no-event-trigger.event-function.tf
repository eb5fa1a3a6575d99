# A trigger that belongs to Eventarc.
resource "google_cloudfunctions2_function" "function" {
  event_trigger {
    event_type   = "google.cloud.pubsub.topic.v1.messagePublished"
    pubsub_topic = "projects/p/topics/tweets"
  }
}
