# One that lets a forgotten prefix pass: all of the tenant would go, up to the first protected table.
resource "terraform_data" "guard" {
  input = { protected = var.deletion_protection }

  provisioner "local-exec" {
    when    = destroy
    command = self.input.protected ? "echo Data is protected && exit 1" : "echo Data is not protected"
  }

  depends_on = [module.event_function]
}
