# The same topic for all tenants.
resource "google_pubsub_topic" "topic" {
  name = each.key
}
