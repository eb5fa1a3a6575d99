# Made anew under its old name, which BigQuery refuses, when the provider has default labels.
resource "google_bigquery_job" "search_index" {
  lifecycle {
    replace_triggered_by = [terraform_data.search_index[each.key]]
  }
}
