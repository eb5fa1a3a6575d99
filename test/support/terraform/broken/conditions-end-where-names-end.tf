# The sources of europe-west10, too, where the region is europe-west1.
resource "google_project_iam_member" "builder_sources" {
  condition {
    title      = "only-function-sources"
    expression = "resource.name.startsWith(\"${local.sources}\")"
  }
}
