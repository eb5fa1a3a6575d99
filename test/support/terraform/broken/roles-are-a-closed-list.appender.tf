# Deleting tables along with appending to them.
resource "google_project_iam_custom_role" "appender" {
  permissions = ["bigquery.tables.delete", "bigquery.tables.get", "bigquery.tables.updateData"]
}
