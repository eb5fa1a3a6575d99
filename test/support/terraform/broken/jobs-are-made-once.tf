# New labels would make the job anew.
resource "google_bigquery_job" "search_index" {
  labels = local.labels
}
