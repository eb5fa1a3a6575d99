output "name" {
  description = "Its name, and that of its Cloud Run service."
  value       = google_cloudfunctions2_function.function.name
}

output "service_account" {
  description = "Email of the account it runs as."
  value       = google_service_account.function.email
}

output "subscriptions" {
  description = "Names of its subscriptions, by topic."
  value       = { for topic, subscription in google_pubsub_subscription.push : topic => subscription.name }
}

output "uri" {
  description = "Where it is called."
  value       = local.uri
}
