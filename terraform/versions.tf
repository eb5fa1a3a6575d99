# No provider block: each resource names its project, so that this folder is also a module that can
# be instantiated several times (see README, "Tenants"). Credentials come from the environment.
terraform {
  required_version = ">= 1.9.0, < 2.0.0"

  required_providers {
    archive = {
      source  = "hashicorp/archive"
      version = "~> 2.8.0"
    }
    google = {
      source  = "hashicorp/google"
      version = "~> 7.45.0"
    }
    google-beta = {
      source  = "hashicorp/google-beta"
      version = "~> 7.45.0"
    }
    time = {
      source  = "hashicorp/time"
      version = "~> 0.14.0"
    }
  }
}
