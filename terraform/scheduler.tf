locals {
  # A function with a schedule in its function.json and topics gets a message on the first of them;
  # one without topics gets a request.
  schedules = { for name, function in local.functions : name => function if function.schedule != null }

  scheduled_topics   = { for name, function in local.schedules : name => sort(function.topics)[0] if length(function.topics) > 0 }
  scheduled_requests = toset([for name, function in local.schedules : name if length(function.topics) == 0])
}

resource "google_pubsub_topic_iam_member" "schedule_publisher" {
  for_each = toset(values(local.scheduled_topics))

  project = var.project_id
  topic   = google_pubsub_topic.topic[each.key].name
  role    = "roles/pubsub.publisher"
  member  = local.scheduler_agent

  depends_on = [time_sleep.agents]
}

resource "google_cloud_scheduler_job" "message" {
  for_each = local.scheduled_topics

  project     = var.project_id
  region      = var.region
  name        = "${var.prefix}${each.key}"
  description = local.functions[each.key].description
  schedule    = local.functions[each.key].schedule
  time_zone   = "Etc/UTC"

  pubsub_target {
    topic_name = google_pubsub_topic.topic[each.value].id
    data       = base64encode(jsonencode({ schedule = each.key }))
  }

  retry_config {
    retry_count          = 5
    min_backoff_duration = "5s"
    max_backoff_duration = "300s"
  }

  depends_on = [time_sleep.grants, time_sleep.services]
}

resource "google_cloud_scheduler_job" "request" {
  for_each = local.scheduled_requests

  project          = var.project_id
  region           = var.region
  name             = "${var.prefix}${each.key}"
  description      = local.functions[each.key].description
  schedule         = local.functions[each.key].schedule
  time_zone        = "Etc/UTC"
  attempt_deadline = "${max(15, local.functions[each.key].resources.timeout_seconds)}s"

  http_target {
    http_method = "POST"
    uri         = module.event_function[each.key].uri
    headers     = { "Content-Type" = "application/json" }
    body        = base64encode(jsonencode({ schedule = each.key }))

    oidc_token {
      service_account_email = google_service_account.caller.email
      audience              = module.event_function[each.key].uri
    }
  }

  retry_config {
    retry_count          = 5
    min_backoff_duration = "5s"
    max_backoff_duration = "300s"
  }

  depends_on = [time_sleep.grants]
}
