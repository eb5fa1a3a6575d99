# With a login of your own, this API wants to know whose quota it uses: see README, "Budget".
resource "google_billing_budget" "month" {
  count = var.billing_account == null ? 0 : 1

  billing_account = var.billing_account
  display_name    = "${var.prefix}hourtally in ${var.project_id}"

  budget_filter {
    projects        = ["projects/${local.project_number}"]
    calendar_period = "MONTH"
  }

  amount {
    specified_amount {
      units = tostring(floor(var.budget_amount))
    }
  }

  threshold_rules {
    threshold_percent = 0.5
  }

  threshold_rules {
    threshold_percent = 0.9
  }

  threshold_rules {
    threshold_percent = 1
    spend_basis       = "FORECASTED_SPEND"
  }

  # Without channels of its own, a budget tells the billing administrators.
  dynamic "all_updates_rule" {
    for_each = length(var.notification_channels) == 0 ? [] : [slice(var.notification_channels, 0, min(5, length(var.notification_channels)))]

    content {
      monitoring_notification_channels = all_updates_rule.value
      disable_default_iam_recipients   = false
    }
  }

  depends_on = [time_sleep.services]
}
