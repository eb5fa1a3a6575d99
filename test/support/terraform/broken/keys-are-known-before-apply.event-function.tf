# One for each subscription that there already is: nothing can be imported before.
resource "google_pubsub_subscription_iam_member" "dead_letter_subscriber" {
  for_each = google_pubsub_subscription.push
}
