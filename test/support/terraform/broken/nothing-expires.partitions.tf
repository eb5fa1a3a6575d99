# Rows of a quarter, and then only totals that nobody can check.
resource "google_bigquery_table" "table" {
  time_partitioning {
    type          = "DAY"
    field         = each.value.partitionedBy
    expiration_ms = 7776000000
  }
}
