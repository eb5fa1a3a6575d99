# Hours fill up the 10,000 partitions that a table may have.
resource "google_bigquery_table" "table" {
  time_partitioning {
    type  = "HOUR"
    field = each.value.partitionedBy
  }
}
