locals {
  # What reading the project and finding its service agents needs. Never add to this list: data
  # sources wait for it, and would be unknown until apply.
  first_services = toset([
    "cloudresourcemanager.googleapis.com",
    "iam.googleapis.com",
    "serviceusage.googleapis.com",
    "storage.googleapis.com",
  ])
  services = toset(concat([
    "artifactregistry.googleapis.com",
    "bigquery.googleapis.com",
    "bigquerystorage.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudscheduler.googleapis.com",
    "iamcredentials.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "pubsub.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
  ], var.billing_account == null ? [] : ["billingbudgets.googleapis.com"]))

  project_number = data.google_project.this.number
  pubsub_agent   = google_project_service_identity.agent["pubsub.googleapis.com"].member
  scheduler_agent = (
    google_project_service_identity.agent["cloudscheduler.googleapis.com"].member
  )
}

# Services stay enabled on destroy: others in the project may use them.
resource "google_project_service" "first" {
  for_each = local.first_services

  project            = var.project_id
  service            = each.key
  disable_on_destroy = false
}

# A service answers "not enabled" for a while after it was enabled.
resource "time_sleep" "first_services" {
  create_duration = "60s"

  depends_on = [google_project_service.first]
}

resource "google_project_service" "service" {
  for_each = local.services

  project            = var.project_id
  service            = each.key
  disable_on_destroy = false

  depends_on = [time_sleep.first_services]
}

resource "time_sleep" "services" {
  create_duration = "60s"
  triggers        = { services = join(",", sort(local.services)) }

  depends_on = [google_project_service.service]
}

data "google_project" "this" {
  project_id = var.project_id

  depends_on = [time_sleep.first_services]
}

# A fresh project has no service agents until somebody asks for them.
resource "google_project_service_identity" "agent" {
  provider = google-beta # not in hashicorp/google
  for_each = toset(["cloudscheduler.googleapis.com", "pubsub.googleapis.com"])

  project = var.project_id
  service = each.key

  depends_on = [time_sleep.services]
}

data "google_storage_project_service_account" "agent" {
  project = var.project_id

  depends_on = [time_sleep.first_services]
}

# A service agent cannot be granted anything until IAM knows it everywhere.
resource "time_sleep" "agents" {
  create_duration = "30s"

  depends_on = [
    data.google_storage_project_service_account.agent,
    google_project_service_identity.agent,
  ]
}
