# A token that any service would accept.
resource "google_pubsub_subscription" "push" {
  push_config {
    push_endpoint = "${local.uri}/projects/${var.project_id}/topics/${var.prefix}${each.key}"

    oidc_token {
      service_account_email = var.caller.email
    }
  }
}
