# Far more than appending rows.
resource "google_bigquery_table_iam_member" "appender" {
  role = "roles/bigquery.dataOwner"
}
