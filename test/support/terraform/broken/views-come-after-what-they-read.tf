# A view that may come before the view it reads.
resource "google_bigquery_table" "second_view" {
  depends_on = [google_bigquery_table.table]
}
