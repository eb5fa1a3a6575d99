# A dead-letter topic without a subscription: its messages are lost.
resource "google_pubsub_subscription" "kept" {
  for_each = toset([local.dead_letters])
}
