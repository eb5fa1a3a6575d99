resource "google_pubsub_subscription" "push" {
  name  = "tweets.normalize-tweets"
  topic = "tweets"

  push_config {
    push_endpoint = "https://function.example"

    oidc_token {
      audience = "https://function.example"
    }
  }
}
