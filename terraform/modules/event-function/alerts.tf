locals {
  service_selector      = "monitored_resource=\"cloud_run_revision\",service_name=\"${local.full_name}\""
  subscription_selector = "monitored_resource=\"pubsub_subscription\",subscription_id=~\"${join("|", [for topic in sort(keys(var.topics)) : replace("${var.prefix}${topic}.${var.name}", ".", "[.]")])}\""

  alerts = merge({
    function-fails = {
      title    = "fails"
      severity = "ERROR"
      query    = "sum(increase(run_googleapis_com:request_count{${local.service_selector},response_code_class=\"5xx\"}[10m])) > ${var.alerts.failing_requests} * sum(increase(run_googleapis_com:request_count{${local.service_selector}}[10m]))"
      content  = "More than ${var.alerts.failing_requests * 100} % of the requests to ${local.full_name} fail. Its messages are kept and come again, up to 100 times; then they go to the dead letters."
    }
    }, length(var.topics) == 0 ? {} : {
    function-falls-behind = {
      title    = "falls behind"
      severity = "WARNING"
      query    = "max(pubsub_googleapis_com:subscription_oldest_unacked_message_age{${local.subscription_selector}}) > ${var.alerts.oldest_unacked_seconds}"
      content  = "A message has been waiting for ${local.full_name} for more than ${var.alerts.oldest_unacked_seconds} s. Nothing is lost; what waits is not counted yet."
    }
  })
}

# Queries in PromQL, because a threshold on a metric that has no data yet is refused on a fresh project.
resource "google_monitoring_alert_policy" "alert" {
  for_each = local.alerts

  project      = var.project_id
  display_name = "${local.full_name} ${each.value.title}"
  combiner     = "OR"
  severity     = each.value.severity
  user_labels  = var.labels

  conditions {
    display_name = "${local.full_name} ${each.value.title}"

    condition_prometheus_query_language {
      query                     = each.value.query
      duration                  = "300s"
      evaluation_interval       = "60s"
      disable_metric_validation = true
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = each.value.content

    links {
      display_name = "Runbook: ${each.key}"
      url          = "${var.alerts.runbook_url}#${each.key}"
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }

  notification_channels = var.alerts.notification_channels
}
