# Functions and their subscriptions would go beside the guard.
resource "terraform_data" "guard" {
  depends_on = [google_bigquery_table.table, google_storage_notification.landing]
}
