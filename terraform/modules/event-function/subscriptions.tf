resource "google_pubsub_subscription" "push" {
  for_each = var.topics

  project = var.project_id
  # The part before the dot tells a function the topic where a message has nothing but attributes.
  name                       = "${var.prefix}${each.key}.${var.name}"
  topic                      = each.value
  labels                     = var.labels
  ack_deadline_seconds       = var.resources.timeout_seconds
  message_retention_duration = "604800s"

  push_config {
    # The functions framework reads the topic from the path.
    push_endpoint = "${local.uri}/projects/${var.project_id}/topics/${var.prefix}${each.key}"

    oidc_token {
      service_account_email = var.caller.email
      audience              = local.uri
    }
  }

  retry_policy {
    minimum_backoff = "${var.delivery.min_backoff_seconds}s"
    maximum_backoff = "${var.delivery.max_backoff_seconds}s"
  }

  dead_letter_policy {
    dead_letter_topic     = var.dead_letter_topics[each.key]
    max_delivery_attempts = var.delivery.max_attempts
  }

  # The default deletes a subscription after a month without messages.
  expiration_policy {
    ttl = ""
  }

  depends_on = [google_cloud_run_v2_service_iam_member.caller]
}

# Pub/Sub takes a message off the subscription itself when it moves it to the dead letters.
resource "google_pubsub_subscription_iam_member" "dead_letter_subscriber" {
  for_each = var.topics

  project      = var.project_id
  subscription = google_pubsub_subscription.push[each.key].name
  role         = "roles/pubsub.subscriber"
  member       = var.pubsub_agent
}

locals {
  uri = google_cloudfunctions2_function.function.service_config[0].uri
}
