# A grant that nobody has thought about.
resource "google_pubsub_topic_iam_member" "everybody_in_the_project" {
  topic  = google_pubsub_topic.topic["tweets"].name
  role   = "roles/pubsub.publisher"
  member = "projectEditor:${var.project_id}"
}
