# A job that is made again has the name of the first, which is taken.
resource "google_bigquery_job" "search_index" {
  job_id = "search-index-${each.key}"
}
