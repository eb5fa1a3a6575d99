# The page for people without Google's tools: Identity-Aware Proxy asks them to sign in, and calls the
# function on their behalf. That it stands before the function, Cloud Run is told once: see the README.
locals {
  proxied = length(var.page_readers) == 0 ? [] : ["iap.googleapis.com"]
}

resource "google_cloud_run_v2_service_iam_member" "proxy" {
  for_each = toset(local.proxied)

  project  = var.project_id
  location = var.region
  name     = module.event_function["serve-dashboard"].name
  role     = "roles/run.invoker"
  member   = time_sleep.agent[each.key].triggers.member
}

resource "google_iap_web_cloud_run_service_iam_member" "reader" {
  for_each = toset(var.page_readers)

  project                = var.project_id
  location               = var.region
  cloud_run_service_name = module.event_function["serve-dashboard"].name
  role                   = "roles/iap.httpsResourceAccessor"
  member                 = each.value

  depends_on = [google_cloud_run_v2_service_iam_member.proxy]
}
