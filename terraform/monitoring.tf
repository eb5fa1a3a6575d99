locals {
  # The reason codes. Generated from shared/ by `npm run generate`.
  failure_reasons = toset(jsondecode(file("${path.module}/failure-reasons.json")))

  # Numbers in the functions' log lines: the `message` of the line, the field with the number, and a
  # field that says of what.
  counters = merge(
    { for outcome in ["post", "delete", "ignored"] : "received_${outcome}" => {
      message = "normalized", field = "outcomes.${outcome}", label = null
    } },
    { for reason in local.failure_reasons : "failed_${replace(reason, "-", "_")}" => {
      message = "normalized", field = "failed.\"${reason}\"", label = null
    } },
    {
      loaded          = { message = "loaded", field = "rows", label = "topic" }
      loaded_failed   = { message = "loaded", field = "failed", label = "topic" }
      mentions        = { message = "judged", field = "mentions", label = null }
      unlinked        = { message = "judged", field = "unlinked", label = null }
      judged_failed   = { message = "judged", field = "failed", label = null }
      bucketed        = { message = "bucketed", field = "events", label = "stream" }
      bucketed_failed = { message = "bucketed", field = "failed", label = "stream" }
      appended        = { message = "appended", field = "rows", label = "table" }
      appended_failed = { message = "appended", field = "failed", label = "table" }
      incidents       = { message = "incident", field = "incidents", label = "stream" }
    },
  )

  # Lines rather than numbers in lines: errors, files that failed, requests that the webhook refused.
  lines = {
    errors          = "severity>=ERROR"
    objects_failed  = "jsonPayload.message=\"failed\" AND jsonPayload.outcome=\"failed\""
    webhook_refused = "jsonPayload.message=\"refused\""
  }

  metric_prefix = "${replace(var.prefix, "-", "_")}hourtally"
  log_filter    = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=(${join(" OR ", [for name in sort(keys(local.functions)) : "\"${var.prefix}${name}\""])})"
}

resource "google_logging_metric" "counter" {
  for_each = local.counters

  project         = var.project_id
  name            = "${local.metric_prefix}_${each.key}"
  description     = "Sum of ${each.value.field} in log lines \"${each.value.message}\" of the functions"
  filter          = "${local.log_filter} AND jsonPayload.message=\"${each.value.message}\" AND jsonPayload.${each.value.field}>0"
  value_extractor = "EXTRACT(jsonPayload.${each.value.field})"

  label_extractors = each.value.label == null ? null : {
    (each.value.label) = "EXTRACT(jsonPayload.${each.value.label})"
  }

  metric_descriptor {
    metric_kind  = "DELTA"
    value_type   = "DISTRIBUTION"
    unit         = "1"
    display_name = "${local.metric_prefix}_${each.key}"

    dynamic "labels" {
      for_each = each.value.label == null ? [] : [each.value.label]

      content {
        key         = labels.value
        value_type  = "STRING"
        description = "Field ${labels.value} of the log line"
      }
    }
  }

  bucket_options {
    exponential_buckets {
      num_finite_buckets = 24
      growth_factor      = 2
      scale              = 1
    }
  }

  depends_on = [time_sleep.services]
}

resource "google_logging_metric" "line" {
  for_each = local.lines

  project     = var.project_id
  name        = "${local.metric_prefix}_${each.key}"
  description = "Log lines of the functions with ${each.value}"
  filter      = "${local.log_filter} AND ${each.value}"

  metric_descriptor {
    metric_kind  = "DELTA"
    value_type   = "INT64"
    unit         = "1"
    display_name = "${local.metric_prefix}_${each.key}"
  }

  depends_on = [time_sleep.services]
}

locals {
  # PromQL. A metric without data has no series, so that sums need a zero to start from.
  log_metric   = { for key in keys(local.counters) : key => "logging_googleapis_com:user_${local.metric_prefix}_${key}_sum" }
  line_metric  = { for key in keys(local.lines) : key => "logging_googleapis_com:user_${local.metric_prefix}_${key}" }
  on_service   = "monitored_resource=\"cloud_run_revision\""
  service_name = "service_name=~\"${join("|", [for name in sort(keys(local.functions)) : "${var.prefix}${name}"])}\""

  windows = toset(["5m", "30m", "1d", "${var.alert_thresholds.silent_hours}h"])
  increase = {
    for window in local.windows : window => {
      for key, metric in local.log_metric : key => "(sum(increase(${metric}{${local.on_service}}[${window}])) or vector(0))"
    }
  }
  received = {
    for window, sums in local.increase : window => "(${join(" + ", [for key, sum in sums : sum if startswith(key, "received_")])})"
  }
  failed = {
    for window, sums in local.increase : window => "(${join(" + ", [for key, sum in sums : sum if startswith(key, "failed_") || endswith(key, "_failed")])})"
  }
  increments = {
    for window in local.windows : window => "(sum(increase(${local.log_metric.appended}{${local.on_service},table=~\".*_hour_increments\"}[${window}])) or vector(0))"
  }

  subscription_names = sort(flatten([
    for name, function in local.functions : [for topic in function.topics : "${var.prefix}${topic}.${name}"]
  ]))
  on_subscriptions = "monitored_resource=\"pubsub_subscription\",subscription_id=~\"${replace(join("|", local.subscription_names), ".", "[.]")}\""
  on_archives      = "monitored_resource=\"pubsub_subscription\",subscription_id=~\"${join("|", [for topic in sort(local.archived_topics) : "${var.prefix}${topic}[.]archive"])}\""
  on_topics        = "monitored_resource=\"pubsub_topic\",topic_id=~\"${join("|", [for topic in sort(local.topics) : "${var.prefix}${topic}"])}\""

  # An event that is not queryable yet waits on one of the subscriptions, because no function
  # acknowledges before the next hop has it: the ages of the hops together bound its delay.
  freshness = "sum(max by (subscription_id) (pubsub_googleapis_com:subscription_oldest_unacked_message_age{${local.on_subscriptions}}))"

  public_services = [for name, function in local.functions : "${var.prefix}${name}" if function.http == "public"]

  closer = contains(keys(local.functions), "close-hours") ? ["${var.prefix}close-hours"] : []

  runbook_url = coalesce(var.runbook_url, "https://storage.cloud.google.com/${google_storage_bucket_object.runbook.bucket}/${google_storage_bucket_object.runbook.name}")

  alerts = merge({
    nothing-received = {
      title    = "nothing received"
      severity = "WARNING"
      query    = "(${local.received["1d"]} > 0) unless (${local.received["${var.alert_thresholds.silent_hours}h"]} > 0)"
      content  = "Nothing was received for ${var.alert_thresholds.silent_hours} h, although something was within the last day."
    }
    not-counted = {
      title    = "received, but not counted"
      severity = "CRITICAL"
      query    = "(${local.increase["30m"].mentions} > 0) unless (${local.increments["30m"]} > 0)"
      content  = "Links were found in posts for half an hour, but no increment was appended. Nothing is lost; nothing is counted either."
    }
    events-fail = {
      title    = "events fail"
      severity = "WARNING"
      query    = "${local.failed["30m"]} > ${var.alert_thresholds.failed_events} * (${local.received["30m"]} + ${local.failed["30m"]})"
      content  = "More than ${var.alert_thresholds.failed_events * 100} % of the events of half an hour failed. They are kept in failed_events with the reason; the dashboard shows which."
    }
    dead-letters = {
      title    = "dead letters"
      severity = "ERROR"
      query    = "sum(increase(pubsub_googleapis_com:subscription_dead_letter_message_count{${local.on_subscriptions}}[10m])) > 0"
      content  = "A message was given up after 100 attempts. It becomes a failed event, to be sent again; a copy is on dead-letters.kept for 31 days."
    }
    not-fresh = {
      title    = "not fresh"
      severity = "WARNING"
      query    = "${local.freshness} > ${var.alert_thresholds.freshness_seconds}"
      content  = "What happens now is queryable only after more than ${var.alert_thresholds.freshness_seconds} s."
    }
    archive-stalls = {
      title    = "archive stalls"
      severity = "ERROR"
      query    = "max(pubsub_googleapis_com:subscription_oldest_unacked_message_age{${local.on_archives}}) > 3600"
      content  = "The raw archive has not been written for an hour. Counting goes on; what is missing cannot be replayed until it is written. Pub/Sub keeps it for 31 days."
    }
    errors-logged = {
      title    = "errors logged"
      severity = "ERROR"
      query    = "sum(increase(${local.line_metric.errors}{${local.on_service}}[10m])) > ${var.alert_thresholds.errors}"
      content  = "Functions logged more than ${var.alert_thresholds.errors} errors in ten minutes: something is set up wrongly, or a service that they need does not answer."
    }
    instances-at-limit = {
      title    = "instances at their limit"
      severity = "WARNING"
      # Idle instances keep nobody waiting, and a function of one instance is always at its limit.
      query = join(" or ", [
        for name, function in local.functions :
        "(sum by (service_name) (max_over_time(run_googleapis_com:container_instance_count{${local.on_service},service_name=\"${var.prefix}${name}\",state=\"active\"}[5m])) >= ${function.resources.max_instances})"
        if function.resources.max_instances > 1
      ])
      content = "A function runs as many instances as it may. Messages wait; the limit is what bounds the bill."
    }
    # One condition over all functions, because conditions are what alerts cost; an incident for each.
    function-fails = {
      title    = "a function fails"
      severity = "ERROR"
      query    = "sum by (service_name) (increase(run_googleapis_com:request_count{${local.on_service},${local.service_name},response_code_class=\"5xx\"}[10m])) > ${var.alert_thresholds.failing_requests} * sum by (service_name) (increase(run_googleapis_com:request_count{${local.on_service},${local.service_name}}[10m]))"
      content  = "More than ${var.alert_thresholds.failing_requests * 100} % of the requests to the function that the incident names fail. Its messages are kept and delivered again, up to 100 times; then they go to the dead letters."
    }
    function-falls-behind = {
      title    = "a function falls behind"
      severity = "WARNING"
      query    = "max by (subscription_id) (pubsub_googleapis_com:subscription_oldest_unacked_message_age{${local.on_subscriptions}}) > ${var.alert_thresholds.oldest_unacked_seconds}"
      content  = "A message has been waiting on the subscription that the incident names for more than ${var.alert_thresholds.oldest_unacked_seconds} s. Nothing is lost; what waits is not counted yet."
    }
    requests-surge = {
      title    = "requests surge"
      severity = "WARNING"
      query    = "sum(increase(run_googleapis_com:request_count{${local.on_service},${local.service_name}}[1h])) > ${var.alert_thresholds.requests_per_hour}"
      content  = "More than ${var.alert_thresholds.requests_per_hour} requests in an hour: requests and what they do are what costs."
    }
    unusual-hours = {
      title    = "unusual hours"
      severity = "WARNING"
      query    = "sum by (stream) (increase(${local.log_metric.incidents}{${local.on_service}}[1h])) > 0"
      content  = "The total of stream $${metric_or_resource.label.stream} is not as its last four weeks let expect: a peak, a drop, or hours that do not come. View anomalies_latest says which, how much was expected, and when it is over."
    }
    }, {
    for service in local.closer : "hours-not-closed" => {
      title    = "hours not closed"
      severity = "ERROR"
      # Longer than a first apply takes from the alert to the first run of the schedule.
      duration = "1800s"
      query    = "vector(1) unless (sum(increase(run_googleapis_com:request_count{${local.on_service},service_name=\"${service}\",response_code_class=\"2xx\"}[90m])) > 0)"
      content  = "No hour was closed for two hours. Counts stay exact; queries read more bytes."
    }
  })

  charts = concat([
    { title = "Received", lines = { for outcome in ["post", "delete", "ignored"] : outcome => local.increase["5m"]["received_${outcome}"] } },
    { title = "Counted", lines = {
      mentions         = local.increase["5m"].mentions
      "events by hour" = local.increase["5m"].bucketed
      "increment rows" = local.increments["5m"]
    } },
    { title = "Failed by reason", lines = { for reason in local.failure_reasons : reason => local.increase["5m"]["failed_${replace(reason, "-", "_")}"] } },
    { title = "Dead letters", lines = {
      "given up" = "sum(increase(pubsub_googleapis_com:subscription_dead_letter_message_count{${local.on_subscriptions}}[5m]))"
      "kept"     = "sum(pubsub_googleapis_com:subscription_num_undelivered_messages{monitored_resource=\"pubsub_subscription\",subscription_id=~\"${var.prefix}${local.dead_letters}[.]kept|${var.prefix}${local.parked}[.]kept\"})"
    } },
    { title = "Oldest unacknowledged message (s)", lines = {
      "$${labels.subscription_id}" = "max by (subscription_id) (pubsub_googleapis_com:subscription_oldest_unacked_message_age{${local.on_subscriptions}})"
    } },
    { title = "Freshness: event to query (s)", lines = { "at most" = local.freshness } },
    { title = "Ways in", lines = {
      "webhook requests taken"   = "sum(increase(run_googleapis_com:request_count{${local.on_service},service_name=~\"${join("|", local.public_services)}\",response_code_class=\"2xx\"}[5m]))"
      "webhook requests refused" = "sum(increase(${local.line_metric.webhook_refused}{${local.on_service}}[5m]))"
      "rows of files"            = local.increase["5m"].loaded
      "files failed"             = "sum(increase(${local.line_metric.objects_failed}{${local.on_service}}[5m]))"
    } },
    { title = "Errors", lines = {
      "failed requests" = "sum(increase(run_googleapis_com:request_count{${local.on_service},${local.service_name},response_code_class=\"5xx\"}[5m]))"
      "error lines"     = "sum(increase(${local.line_metric.errors}{${local.on_service}}[5m]))"
    } },
    { title = "Cost: requests", lines = {
      "$${labels.service_name}" = "sum by (service_name) (increase(run_googleapis_com:request_count{${local.on_service},${local.service_name}}[5m]))"
    } },
    { title = "Cost: instance seconds", lines = {
      "$${labels.service_name}" = "sum by (service_name) (increase(run_googleapis_com:container_billable_instance_time{${local.on_service},${local.service_name}}[5m]))"
    } },
    { title = "Cost: bytes through Pub/Sub", lines = {
      published = "sum(increase(pubsub_googleapis_com:topic_byte_cost{${local.on_topics}}[5m]))"
      delivered = "sum(increase(pubsub_googleapis_com:subscription_byte_cost{${local.on_subscriptions}}[5m]))"
    } },
    { title = "Cost: bytes scanned by queries", lines = {
      "billed in the project" = "sum(increase(bigquery_googleapis_com:query_statement_scanned_bytes_billed{monitored_resource=\"bigquery_project\"}[1h]))"
    } },
    ], [for service in local.closer : {
      title = "Hours closed", lines = {
        "runs" = "sum(increase(run_googleapis_com:request_count{${local.on_service},service_name=\"${service}\",response_code_class=\"2xx\"}[1h]))"
      }
  }])
}

# The runbook as a page, so that an alert leads to the text that fits this version, at its anchor.
resource "google_storage_bucket_object" "runbook" {
  bucket       = google_storage_bucket.bundles.name
  name         = "runbook/runbook.html"
  source       = "${path.module}/runbook.html"
  content_type = "text/html; charset=utf-8"
}

# Queries in PromQL, because a threshold on a metric that has no data yet is refused on a fresh project.
resource "google_monitoring_alert_policy" "alert" {
  for_each = local.alerts

  project      = var.project_id
  display_name = "${var.prefix}hourtally: ${each.value.title}"
  combiner     = "OR"
  severity     = each.value.severity
  user_labels  = local.labels

  conditions {
    display_name = each.value.title

    condition_prometheus_query_language {
      query                     = each.value.query
      duration                  = try(each.value.duration, "300s")
      evaluation_interval       = "60s"
      disable_metric_validation = true
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = each.value.content

    links {
      display_name = "Runbook: ${each.key}"
      url          = "${local.runbook_url}#${each.key}"
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }

  notification_channels = var.notification_channels

  depends_on = [google_logging_metric.counter]
}

# A push that was acknowledged says nothing that its function's own line does not, and would cost more
# than the function's CPU. What fails, and who calls by HTTP, is kept.
resource "google_logging_project_exclusion" "acknowledged" {
  project     = var.project_id
  name        = "${local.metric_prefix}_acknowledged"
  description = "Cloud Run's entries about pushes that the functions acknowledged"
  filter = join(" AND ", [
    "logName=\"projects/${var.project_id}/logs/run.googleapis.com%2Frequests\"",
    "resource.type=\"cloud_run_revision\"",
    "resource.labels.service_name=(${join(" OR ", [for name, function in local.functions : "\"${var.prefix}${name}\"" if length(function.topics) > 0])})",
    "httpRequest.status<300",
  ])

  depends_on = [time_sleep.services]
}

# A grid, because positions of zero come back as nothing and would differ at every apply.
resource "google_monitoring_dashboard" "overview" {
  project = var.project_id
  dashboard_json = jsonencode({
    displayName = "${var.prefix}hourtally"
    gridLayout = {
      columns = "3"
      widgets = [for chart in local.charts : {
        title = chart.title
        xyChart = {
          chartOptions = { mode = "COLOR" }
          dataSets = [for legend, query in chart.lines : {
            legendTemplate  = legend
            plotType        = "LINE"
            targetAxis      = "Y1"
            timeSeriesQuery = { prometheusQuery = query }
          }]
        }
      }]
    }
  })

  depends_on = [time_sleep.services]
}
