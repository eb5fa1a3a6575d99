resource "google_pubsub_subscription" "push" {
  name = "tweets.normalize-tweets"
}
