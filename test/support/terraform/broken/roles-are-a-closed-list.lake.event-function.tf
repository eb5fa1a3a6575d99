# Replacing and deleting, where reading and creating is enough.
locals {
  lake_roles = {
    "roles/storage.objectAdmin"  = var.lake.creates
    "roles/storage.objectViewer" = var.lake.reads
  }
}
