variable "alert_thresholds" {
  description = "When alerts fire: age of the oldest unacknowledged message and of the freshest unqueryable event (seconds), share of failing requests and of failed events (0 to 1), hours without anything received, logged errors in ten minutes, requests an hour."
  type = object({
    oldest_unacked_seconds = optional(number, 900)
    freshness_seconds      = optional(number, 1800)
    failing_requests       = optional(number, 0.05)
    failed_events          = optional(number, 0.01)
    silent_hours           = optional(number, 1)
    errors                 = optional(number, 20)
    requests_per_hour      = optional(number, 1000000)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(range(1, 24), var.alert_thresholds.silent_hours)
    error_message = "silent_hours must be 1 to 23, whole: it is compared with the day before."
  }
}

variable "bigquery_location" {
  description = "Location of the dataset, for example EU or europe-west1; null: the region. It can never be changed."
  type        = string
  default     = null
}

variable "billing_account" {
  description = "Billing account for the budget alert, for example 012345-6789AB-CDEF01; null: no budget."
  type        = string
  default     = null
}

variable "budget_amount" {
  description = "Monthly budget of the project, in whole units of the billing account's currency. Only used with billing_account."
  type        = number
  default     = 100
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether tables, secrets and full buckets refuse to be destroyed. Set to false and apply before a destroy that is to take the data along."
  type        = bool
  default     = true
  nullable    = false
}

variable "functions" {
  description = "Overrides of functions/<name>/function.json for this environment, by name of the function. environment adds variables, for example LOG_LEVEL."
  type = map(object({
    concurrency     = optional(number)
    cpu             = optional(number)
    environment     = optional(map(string), {})
    max_instances   = optional(number)
    memory          = optional(string)
    min_instances   = optional(number)
    timeout_seconds = optional(number)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract(keys(var.functions), [for entry in fileset("${path.module}/manifests", "*.json") : trimsuffix(entry, ".json")])) == 0
    error_message = "functions must name folders of functions/."
  }
}

variable "labels" {
  description = "Labels of everything that can carry them, beside app and tenant."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "lifecycle_days" {
  description = "Age in days at which lake objects change: raw archive to NEARLINE and to COLDLINE, files in landing/ and reports/ deleted, superseded files of indices/ deleted, replaced versions deleted."
  type = object({
    archive_to_nearline = optional(number, 30)
    archive_to_coldline = optional(number, 90)
    landing_delete      = optional(number, 90)
    reports_delete      = optional(number, 365)
    superseded_delete   = optional(number, 1)
    noncurrent_delete   = optional(number, 30)
  })
  default  = {}
  nullable = false
}

variable "maximum_bytes_billed" {
  description = "Most bytes that any one query may be billed for. A larger query fails and costs nothing."
  type        = number
  default     = 107374182400
  nullable    = false

  validation {
    condition     = var.maximum_bytes_billed >= 10485760
    error_message = "maximum_bytes_billed must be at least 10485760: BigQuery bills no less for a table read."
  }
}

variable "notification_channels" {
  description = "Cloud Monitoring channels that alerts and the budget notify, as projects/<project>/notificationChannels/<id>."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "page_readers" {
  description = "Who may look at the page through Identity-Aware Proxy, for example group:analysts@example.com."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for member in var.page_readers : can(regex("^(user|group|serviceAccount|domain):", member))])
    error_message = "page_readers must be users, groups, service accounts or domains: never everybody."
  }
}

variable "prefix" {
  description = "Prefix of all names, ending in a hyphen, when several tenants share a project, for example acme-. It can never be changed."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([a-z][a-z0-9]{0,9}-)?$", var.prefix))
    error_message = "prefix must be empty, or 1 to 10 lower-case letters and digits and a hyphen at the end."
  }

  # Else it and the rest of a name of this tenant could together be a name of the tenant without prefix.
  validation {
    condition = var.prefix == "" || !anytrue([
      for name in concat(tolist(local.topics), keys(local.manifests)) : startswith(name, var.prefix)
    ])
    error_message = "prefix must not be how the name of a topic or function begins: two tenants would share it."
  }
}

variable "private_invokers" {
  description = "Who may call the private HTTP functions, that is look at the page, redrive, close hours and poll, for example group:operators@example.com. For the page alone there is page_readers."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for member in var.private_invokers : can(regex("^(user|group|serviceAccount|domain):", member))])
    error_message = "private_invokers must be users, groups, service accounts or domains: never everybody."
  }
}

variable "project_id" {
  description = "Project that everything is deployed to. It needs a billing account and nothing else."
  type        = string
  nullable    = false
}

variable "region" {
  description = "Region of functions, buckets and schedules, for example europe-west1."
  type        = string
  nullable    = false
}

variable "runbook_url" {
  description = "Address of the runbook that alerts link to, without anchor; null: the page of runbook.md that is deployed beside the bundles."
  type        = string
  default     = null
}

variable "secret_versions" {
  description = "Versions of the secrets that functions get, by environment variable, for example { X_CONSUMER_SECRET = \"1\" }. A secret that is not named here exists, but is not mounted."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for version in values(var.secret_versions) : can(regex("^([1-9][0-9]*|latest)$", version))])
    error_message = "secret_versions must be version numbers or latest: never values."
  }
}

variable "store_text" {
  description = "Whether posts are kept with their text. Counts and links do not depend on it."
  type        = bool
  default     = true
  nullable    = false
}
