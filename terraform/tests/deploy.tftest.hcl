# Runs where the provider plugins are: terraform -chdir=terraform test (after npm run build).

mock_provider "google" {
  mock_resource "google_cloudfunctions2_function" {
    defaults = {
      service_config = { uri = "https://function.example" }
    }
  }
  mock_resource "google_service_account" {
    defaults = {
      id     = "projects/a-project/serviceAccounts/account@a-project.iam.gserviceaccount.com"
      name   = "projects/a-project/serviceAccounts/account@a-project.iam.gserviceaccount.com"
      email  = "account@a-project.iam.gserviceaccount.com"
      member = "serviceAccount:account@a-project.iam.gserviceaccount.com"
    }
  }
  mock_resource "google_artifact_registry_repository" {
    defaults = {
      id = "projects/a-project/locations/europe-west1/repositories/hourtally"
    }
  }
  mock_resource "google_project_iam_custom_role" {
    defaults = {
      name = "projects/a-project/roles/hourtally_appender"
    }
  }
  mock_data "google_project" {
    defaults = {
      number = "123456789012"
    }
  }
  mock_data "google_storage_project_service_account" {
    defaults = {
      member = "serviceAccount:storage@a-project.iam.gserviceaccount.com"
    }
  }
}

mock_provider "google-beta" {
  mock_resource "google_project_service_identity" {
    defaults = {
      member = "serviceAccount:agent@a-project.iam.gserviceaccount.com"
    }
  }
}

mock_provider "archive" {}

mock_provider "time" {}

# Unprotected, because the end of the test destroys what it has made, and the guard would refuse.
variables {
  project_id          = "a-project"
  region              = "europe-west1"
  deletion_protection = false
}

run "an_empty_project" {
  command = apply

  assert {
    condition     = length(module.event_function) == length(fileset("manifests", "*.json"))
    error_message = "Every folder of functions/ must be deployed."
  }
  assert {
    condition     = length(output.public_urls) == length([for function in local.functions : function if function.http == "public"])
    error_message = "Only functions with a public trigger may be public."
  }
  assert {
    condition     = length(local.first_views) + length(local.second_views) + length(local.third_views) == length(fileset("views", "*.sql"))
    error_message = "Every view must be deployed in one of the rounds."
  }
  assert {
    condition     = length(google_billing_budget.month) == 0
    error_message = "Without a billing account there must be no budget."
  }
}

run "names_stay_on_a_second_plan" {
  command = plan

  assert {
    condition     = google_storage_bucket.lake.name == run.an_empty_project.lake_bucket
    error_message = "Names must not change between applies."
  }
}

run "a_tenant" {
  command = plan

  variables {
    prefix          = "acme-"
    billing_account = "012345-6789AB-CDEF01"
    functions       = { normalize-tweets = { max_instances = 3, environment = { LOG_LEVEL = "debug" } } }
    secret_versions = { X_CONSUMER_SECRET = "1" }
  }

  assert {
    condition     = alltrue([for topic in google_pubsub_topic.topic : startswith(topic.name, "acme-")])
    error_message = "All topics of a tenant must carry its prefix."
  }
  assert {
    condition     = google_bigquery_dataset.hourtally.dataset_id == "acme_hourtally"
    error_message = "A tenant must have a dataset of its own."
  }
  assert {
    condition     = local.functions["normalize-tweets"].resources.max_instances == 3 && local.functions["normalize-tweets"].environment.LOG_LEVEL == "debug"
    error_message = "Overrides must reach the function."
  }
  assert {
    condition     = length(google_billing_budget.month) == 1
    error_message = "A billing account must bring a budget."
  }
}

run "protected_as_it_is_by_default" {
  command = plan

  variables {
    deletion_protection = true
  }

  assert {
    condition     = terraform_data.guard.input.protected
    error_message = "The guard must refuse a destroy while data is protected."
  }
  assert {
    condition     = alltrue([for table in google_bigquery_table.table : table.deletion_protection && table.ignore_auto_generated_schema])
    error_message = "Tables must be protected, and keep columns that they do not know."
  }
  assert {
    condition     = !google_storage_bucket.lake.force_destroy && !google_bigquery_dataset.hourtally.delete_contents_on_destroy
    error_message = "The lake and the dataset must not be destroyed with what is in them."
  }
}

run "a_secret_that_is_declared_nowhere" {
  command = plan

  variables {
    secret_versions = { NO_SUCH_SECRET = "1" }
  }

  expect_failures = [google_secret_manager_secret.secret]
}

run "a_secret_value_instead_of_a_version" {
  command = plan

  variables {
    secret_versions = { X_CONSUMER_SECRET = "hunter2" }
  }

  expect_failures = [var.secret_versions]
}

run "a_prefix_without_hyphen" {
  command = plan

  variables {
    prefix = "acme"
  }

  expect_failures = [var.prefix]
}

run "a_prefix_that_makes_names_of_another_tenant" {
  command = plan

  variables {
    prefix = "append-"
  }

  expect_failures = [var.prefix]
}

run "everybody_as_a_private_invoker" {
  command = plan

  variables {
    private_invokers = ["allUsers"]
  }

  expect_failures = [var.private_invokers]
}

run "everybody_as_a_reader_of_the_page" {
  command = plan

  variables {
    page_readers = ["allAuthenticatedUsers"]
  }

  expect_failures = [var.page_readers]
}

run "readers_of_the_page" {
  command = plan

  variables {
    page_readers = ["group:analysts@example.com"]
  }

  assert {
    condition     = length(google_cloud_run_v2_service_iam_member.proxy) == 1
    error_message = "the proxy may call the function"
  }

  assert {
    condition     = google_iap_web_cloud_run_service_iam_member.reader["group:analysts@example.com"].role == "roles/iap.httpsResourceAccessor"
    error_message = "the group may pass the proxy"
  }
}

run "silence_longer_than_the_day_before" {
  command = plan

  variables {
    alert_thresholds = { silent_hours = 24 }
  }

  expect_failures = [var.alert_thresholds]
}
