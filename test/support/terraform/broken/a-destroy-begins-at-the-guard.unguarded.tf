# A guard that lets everybody pass.
resource "terraform_data" "guard" {
  provisioner "local-exec" {
    when    = destroy
    command = "echo Data is protected"
  }
}
