# Depends on everything, so that a destroy begins here. While data is protected it ends here, too:
# without it, a destroy dismantles what it can, dead letters and what waits for the archive among it,
# before the first protected table refuses. What names everything must not change either: to replace it,
# too, begins with a destroy.
resource "terraform_data" "guard" {
  input = { protected = var.deletion_protection }
  triggers_replace = {
    project_id        = var.project_id
    prefix            = var.prefix
    region            = var.region
    bigquery_location = local.bigquery_location
  }

  # Only commands that sh and cmd.exe both know.
  provisioner "local-exec" {
    when    = destroy
    command = self.input.protected ? "echo Data is protected, nothing was destroyed: see Destroy in terraform/README.md && exit 1" : "echo Data is not protected"
  }

  depends_on = [
    google_bigquery_job.search_index,
    google_bigquery_routine.table_function,
    google_bigquery_table.first_view,
    google_bigquery_table.second_view,
    google_bigquery_table.third_view,
    google_billing_budget.month,
    google_cloud_scheduler_job.request,
    google_iap_web_cloud_run_service_iam_member.reader,
    google_logging_metric.line,
    google_logging_project_exclusion.acknowledged,
    google_monitoring_alert_policy.alert,
    google_monitoring_dashboard.overview,
    google_project_service.service,
    google_pubsub_topic_iam_member.publisher,
    google_storage_notification.landing,
    module.event_function,
  ]
}
