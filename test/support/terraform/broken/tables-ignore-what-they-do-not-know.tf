# An older release drops the columns of a later one, with their data.
resource "google_bigquery_table" "table" {
  ignore_auto_generated_schema = null
}
