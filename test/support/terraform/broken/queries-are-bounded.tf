# A query that may cost anything.
resource "google_bigquery_job" "search_index" {
  query {
    query = "SELECT 1"
  }
}
