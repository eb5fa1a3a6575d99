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
    "iamcredentials.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "pubsub.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
  ], local.scheduler, local.proxied, var.billing_account == null ? [] : ["billingbudgets.googleapis.com"]))

  # Only when something is scheduled.
  scheduler = length(local.schedules) == 0 ? [] : ["cloudscheduler.googleapis.com"]

  project_number = data.google_project.this.number

  # Who acts for Google's services here. Read from what waits for them, so that nothing is granted to
  # an agent that IAM does not know yet.
  pubsub_agent  = time_sleep.agent["pubsub.googleapis.com"].triggers.member
  storage_agent = time_sleep.storage_agent.triggers.member
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
  for_each = toset(concat(["pubsub.googleapis.com"], local.scheduler, local.proxied))

  project = var.project_id
  service = each.key

  depends_on = [time_sleep.services]
}

data "google_storage_project_service_account" "agent" {
  project = var.project_id

  depends_on = [time_sleep.first_services]
}

# A service agent cannot be granted anything until IAM knows it everywhere.
resource "time_sleep" "agent" {
  for_each = toset(concat(["pubsub.googleapis.com"], local.scheduler, local.proxied))

  create_duration = "30s"
  triggers        = { member = google_project_service_identity.agent[each.key].member }
}

resource "time_sleep" "storage_agent" {
  create_duration = "30s"
  triggers        = { member = data.google_storage_project_service_account.agent.member }
}
