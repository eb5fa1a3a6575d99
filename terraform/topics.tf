locals {
  # Where messages go that a function could not take, and where those go that even this could not.
  dead_letters = "dead-letters"
  parked       = "dead-letters-parked"

  object_finalized = "object-finalized"

  # Of manifests alone, which know no prefix: by them it is judged whether a prefix will do.
  topics = toset(concat(
    [local.dead_letters, local.parked],
    flatten([for manifest in local.manifests : concat(manifest.trigger.topics, keys(manifest.publishes))]),
  ))

  # What comes in: kept as it came, so that it can be replayed.
  archived_topics = toset(flatten([for function in local.functions : tolist(function.archived)]))
}

resource "google_pubsub_topic" "topic" {
  for_each = local.topics

  project = var.project_id
  name    = "${var.prefix}${each.key}"
  labels  = local.labels

  depends_on = [time_sleep.services]
}

# Messages to a topic without a subscription are lost. These two keep what was given up for as long
# as Pub/Sub can, whether or not a function also turns dead letters into failed events.
resource "google_pubsub_subscription" "kept" {
  for_each = toset([local.dead_letters, local.parked])

  project                    = var.project_id
  name                       = "${google_pubsub_topic.topic[each.key].name}.kept"
  topic                      = google_pubsub_topic.topic[each.key].id
  labels                     = local.labels
  ack_deadline_seconds       = 600
  message_retention_duration = "2678400s"

  expiration_policy {
    ttl = ""
  }
}

resource "google_pubsub_topic_iam_member" "dead_letter_publisher" {
  for_each = toset([local.dead_letters, local.parked])

  project = var.project_id
  topic   = google_pubsub_topic.topic[each.key].name
  role    = "roles/pubsub.publisher"
  member  = local.pubsub_agent
}

# The raw archive, without code: messages as they came, with their attributes, in Avro files by topic
# and time, archive/<topic>/<day>/<time>_….
resource "google_pubsub_subscription" "archive" {
  for_each = local.archived_topics

  project                    = var.project_id
  name                       = "${google_pubsub_topic.topic[each.key].name}.archive"
  topic                      = google_pubsub_topic.topic[each.key].id
  labels                     = local.labels
  ack_deadline_seconds       = 600
  message_retention_duration = "2678400s"

  cloud_storage_config {
    bucket                   = google_storage_bucket.lake.name
    filename_prefix          = "archive/${each.key}/"
    filename_suffix          = ".avro"
    filename_datetime_format = "YYYY-MM-DD/hh_mm_ssZ"
    max_bytes                = 134217728
    max_duration             = "600s"

    avro_config {
      write_metadata = true
    }
  }

  expiration_policy {
    ttl = ""
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  depends_on = [time_sleep.grants]
}

# Last of all: a message to a topic without a subscription is lost. Until then publishing is refused,
# and what came in comes again.
resource "google_pubsub_topic_iam_member" "publisher" {
  for_each = merge([
    for name, function in local.functions : {
      for topic in function.publishes : "${name}.${topic}" => { function = name, topic = topic }
    }
  ]...)

  project = var.project_id
  topic   = google_pubsub_topic.topic[each.value.topic].name
  role    = "roles/pubsub.publisher"
  member  = "serviceAccount:${module.event_function[each.value.function].service_account}"

  depends_on = [
    google_pubsub_subscription.archive,
    google_pubsub_subscription.kept,
    module.event_function,
  ]
}
