# What a function publishes before the others have subscribed is lost.
resource "google_pubsub_topic_iam_member" "publisher" {
  depends_on = [google_pubsub_subscription.archive, google_pubsub_subscription.kept]
}
