# The wait for the grants would go first, and take them along.
resource "time_sleep" "identity" {
  lifecycle {
    create_before_destroy = false
  }
}
