locals {
  secrets = toset(flatten([for function in local.functions : tolist(function.secrets)]))

  unknown_secrets = setsubtract(keys(var.secret_versions), local.secrets)
}

# Secrets without values: values are added by `gcloud secrets versions add` and never pass through
# Terraform, so that none is in a state, a plan or a variable.
resource "google_secret_manager_secret" "secret" {
  for_each = local.secrets

  project             = var.project_id
  secret_id           = "${var.prefix}${lower(replace(each.key, "_", "-"))}"
  labels              = local.labels
  deletion_protection = var.deletion_protection

  replication {
    auto {}
  }

  lifecycle {
    precondition {
      condition     = length(local.unknown_secrets) == 0
      error_message = "secret_versions names what no function.json declares: ${join(", ", local.unknown_secrets)}."
    }
  }

  depends_on = [time_sleep.services]
}
