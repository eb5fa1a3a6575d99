variable "appender_role" {
  description = "Role that may append to a table and nothing else, as projects/<project>/roles/<role>."
  type        = string
}

variable "bucket" {
  description = "Bucket of the lake."
  type        = string
}

variable "build" {
  description = "Account that builds its image, as projects/<project>/serviceAccounts/<email>, and the repository for it, as projects/<project>/locations/<region>/repositories/<name>."
  type = object({
    service_account = string
    repository      = string
  })
}

variable "bundle" {
  description = "Where its zipped bundle is."
  type = object({
    bucket = string
    object = string
  })
}

variable "caller" {
  description = "Account that calls it on behalf of Pub/Sub and Cloud Scheduler."
  type = object({
    email  = string
    member = string
  })
}

variable "dataset" {
  description = "Dataset of its tables."
  type        = string
}

variable "dead_letter_topics" {
  description = "Id of the topic for what it cannot take, by the topic that triggers it."
  type        = map(string)
}

variable "delivery" {
  description = "How messages that it does not take are delivered again, and after how many attempts they are given up."
  type = object({
    min_backoff_seconds = number
    max_backoff_seconds = number
    max_attempts        = number
  })
}

variable "description" {
  description = "What it does, in one sentence."
  type        = string
}

variable "environment" {
  description = "Its environment variables."
  type        = map(string)
}

variable "http" {
  description = "Whether it is called over HTTP: public, private, or null."
  type        = string

  validation {
    condition     = var.http == null || contains(["public", "private"], coalesce(var.http, "private"))
    error_message = "http must be public, private or null."
  }
}

variable "invokers" {
  description = "Who may call it, beside its triggers."
  type        = set(string)
}

variable "is_scheduled" {
  description = "Whether Cloud Scheduler calls it."
  type        = bool
}

variable "labels" {
  description = "Labels of everything that can carry them."
  type        = map(string)
}

variable "lake" {
  description = "What the names of objects in the bucket begin with that it reads, creates, and creates or replaces."
  type = object({
    reads    = set(string)
    creates  = set(string)
    replaces = set(string)
  })

  validation {
    condition     = alltrue([for prefix in setunion(var.lake.reads, var.lake.creates, var.lake.replaces) : endswith(prefix, "/")])
    error_message = "Prefixes in the lake must end in a slash: landing/ is a folder, landing is the beginning of others."
  }
}

variable "name" {
  description = "Its name: the folder in functions/, and the name it registers under."
  type        = string
}

variable "prefix" {
  description = "Prefix of all names in the cloud."
  type        = string
}

variable "project_id" {
  description = "Project it is deployed to."
  type        = string
}

variable "pubsub_agent" {
  description = "IAM member that Pub/Sub acts as in this project."
  type        = string
}

variable "queries" {
  description = "Tables and views that it queries."
  type        = map(string)
}

variable "region" {
  description = "Region it runs in."
  type        = string
}

variable "resources" {
  description = "What an instance has, how many requests it takes at a time, and how many instances there are. The timeout of a request is also the acknowledgement deadline of its subscriptions."
  type = object({
    concurrency     = number
    cpu             = number
    max_instances   = number
    memory          = string
    min_instances   = number
    timeout_seconds = number
  })

  validation {
    condition     = var.resources.concurrency == 1 || var.resources.cpu >= 1
    error_message = "Cloud Run gives an instance with less than one CPU one request at a time."
  }
  validation {
    condition     = var.resources.max_instances >= max(1, var.resources.min_instances)
    error_message = "max_instances must be at least 1 and at least min_instances."
  }
  validation {
    condition     = var.resources.timeout_seconds >= 10 && var.resources.timeout_seconds <= 600
    error_message = "timeout_seconds must be 10 to 600, as the acknowledgement deadline of a subscription."
  }
}

variable "secrets" {
  description = "Secrets that are mounted, by the environment variable that carries them."
  type = map(object({
    secret_id = string
    version   = string
  }))
}

variable "tables" {
  description = "Tables that it appends to."
  type        = map(string)
}

variable "topics" {
  description = "Ids of the topics that trigger it, by the name that function.json gives them."
  type        = map(string)
}
