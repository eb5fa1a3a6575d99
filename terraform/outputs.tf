output "alerts_runbook" {
  description = "Runbook that alerts link to."
  value       = local.runbook_url
}

output "dashboard" {
  description = "Id of the dashboard in Cloud Monitoring."
  value       = google_monitoring_dashboard.overview.id
}

output "dataset" {
  description = "Dataset of the counts, as project.dataset."
  value       = "${var.project_id}.${google_bigquery_dataset.hourtally.dataset_id}"
}

output "functions" {
  description = "Where each function is called and which account it runs as."
  value       = { for name, function in module.event_function : name => { service_account = function.service_account, uri = function.uri } }
}

output "lake_bucket" {
  description = "Bucket of the lake: files go to landing/<topic>/, the raw archive is in archive/."
  value       = google_storage_bucket.lake.name
}

output "public_urls" {
  description = "Addresses of the functions that anybody may call: the webhook."
  value       = { for name, function in module.event_function : name => function.uri if local.functions[name].http == "public" }
}

output "secrets" {
  description = "Names of the secrets that wait for a value, by environment variable."
  value       = { for variable, secret in google_secret_manager_secret.secret : variable => secret.secret_id }
}

output "subscriptions" {
  description = "Names of the push subscriptions, by function and topic."
  value       = { for name, function in module.event_function : name => function.subscriptions }
}

output "topics" {
  description = "Names of the topics, by the name that functions give them. Producers publish to the raw ones, for example tweets."
  value       = { for name, topic in google_pubsub_topic.topic : name => topic.name }
}
