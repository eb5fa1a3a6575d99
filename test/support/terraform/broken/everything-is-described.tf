# What is it for?
variable "mode" {
  type = string
}
