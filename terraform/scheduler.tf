locals {
  # Functions with a schedule in their function.json: each gets a request.
  schedules = { for name, function in local.functions : name => function if function.schedule != null }
}

resource "google_cloud_scheduler_job" "request" {
  for_each = local.schedules

  project          = var.project_id
  region           = var.region
  name             = "${var.prefix}${each.key}"
  description      = each.value.description
  schedule         = each.value.schedule
  time_zone        = "Etc/UTC"
  attempt_deadline = "${max(15, each.value.resources.timeout_seconds)}s"

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
