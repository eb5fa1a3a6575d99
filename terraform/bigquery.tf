locals {
  dataset_id        = "${replace(var.prefix, "-", "_")}hourtally"
  bigquery_location = coalesce(var.bigquery_location, var.region)

  # Generated from shared/ by `npm run generate`.
  tables = {
    for entry in fileset("${path.module}/schemas", "*.json") :
    trimsuffix(entry, ".json") => jsondecode(file("${path.module}/schemas/${entry}"))
  }
  views = {
    for entry in fileset("${path.module}/views", "*.sql") :
    trimsuffix(entry, ".sql") => merge(
      jsondecode(file("${path.module}/views/${trimsuffix(entry, ".sql")}.json")),
      { sql = file("${path.module}/views/${entry}") },
    )
  }

  # What each view reads, and in which of three rounds it can be created: BigQuery refuses a view of
  # something that is not there yet.
  view_reads = {
    for name, view in local.views : name => toset([
      for relation in concat(keys(local.tables), keys(local.views)) : relation
      if relation != name && strcontains(view.sql, "$${dataset}.${relation}`")
    ])
  }
  first_views = toset([
    for name, reads in local.view_reads : name if length(setintersection(reads, keys(local.views))) == 0
  ])
  second_views = toset([
    for name, reads in local.view_reads : name
    if !contains(local.first_views, name) && length(setsubtract(setintersection(reads, keys(local.views)), local.first_views)) == 0
  ])
  third_views = setsubtract(keys(local.views), setunion(local.first_views, local.second_views))

  table_functions = {
    for entry in fileset("${path.module}/table-functions", "*.sql") :
    trimsuffix(entry, ".sql") => merge(
      jsondecode(file("${path.module}/table-functions/${trimsuffix(entry, ".sql")}.json")),
      { sql = file("${path.module}/table-functions/${entry}") },
    )
  }

  view_sql = {
    for name, view in local.views : name => replace(view.sql, "$${dataset}", "${var.project_id}.${local.dataset_id}")
  }

  relations = merge(
    { for name, table in google_bigquery_table.table : name => table.table_id },
    { for name, view in google_bigquery_table.first_view : name => view.table_id },
    { for name, view in google_bigquery_table.second_view : name => view.table_id },
    { for name, view in google_bigquery_table.third_view : name => view.table_id },
  )

  # Who queries a view needs to read what it is made of, too, down to the tables.
  direct_reads = {
    for name in concat(keys(local.tables), keys(local.views)) : name => tolist(try(local.view_reads[name], []))
  }
  deep_reads = {
    for name, reads in local.direct_reads : name => flatten([
      for read in reads : [read, local.direct_reads[read], [for deeper in local.direct_reads[read] : local.direct_reads[deeper]]]
    ])
  }
  readable = {
    for name, function in local.functions : name => toset(flatten([
      for relation in function.queries : [relation, local.deep_reads[relation]]
    ]))
  }

  # Columns that are searched, and what BigQuery takes for a word in them: it finds the words of an address,
  # and those of a post have been found in their language. It has one search index a table, and fills it
  # from 10 GB on.
  search_analyzers = { url = "LOG_ANALYZER", words = "NO_OP_ANALYZER" }
  search_index_sql = merge([
    for name, table in local.tables : {
      for column in table.schema :
      name => "CREATE SEARCH INDEX IF NOT EXISTS ${name}_${column.name} ON `${var.project_id}.${local.dataset_id}.${name}` (${column.name}) OPTIONS (analyzer = '${local.search_analyzers[column.name]}')"
      if contains(keys(local.search_analyzers), column.name)
    }
  ]...)
}

resource "google_bigquery_dataset" "hourtally" {
  project                    = var.project_id
  dataset_id                 = local.dataset_id
  friendly_name              = local.dataset_id
  description                = "Exact hourly counts, and everything they are made of"
  location                   = local.bigquery_location
  labels                     = local.labels
  max_time_travel_hours      = "168"
  delete_contents_on_destroy = !var.deletion_protection

  depends_on = [time_sleep.services]
}

resource "google_bigquery_table" "table" {
  for_each = local.tables

  project             = var.project_id
  dataset_id          = google_bigquery_dataset.hourtally.dataset_id
  table_id            = each.key
  description         = each.value.description
  labels              = local.labels
  schema              = jsonencode(each.value.schema)
  deletion_protection = var.deletion_protection

  # Columns that an older release does not know stay: the provider would drop them, with their data,
  # and say "updated in place".
  ignore_auto_generated_schema = true

  time_partitioning {
    type  = "DAY"
    field = each.value.partitionedBy
  }

  clustering = each.value.clusteredBy
}

resource "google_bigquery_table" "first_view" {
  for_each = local.first_views

  project             = var.project_id
  dataset_id          = google_bigquery_dataset.hourtally.dataset_id
  table_id            = each.key
  description         = local.views[each.key].description
  labels              = local.labels
  deletion_protection = false

  view {
    query          = local.view_sql[each.key]
    use_legacy_sql = false
  }

  depends_on = [google_bigquery_table.table]
}

resource "google_bigquery_table" "second_view" {
  for_each = local.second_views

  project             = var.project_id
  dataset_id          = google_bigquery_dataset.hourtally.dataset_id
  table_id            = each.key
  description         = local.views[each.key].description
  labels              = local.labels
  deletion_protection = false

  view {
    query          = local.view_sql[each.key]
    use_legacy_sql = false
  }

  depends_on = [google_bigquery_table.first_view]
}

resource "google_bigquery_table" "third_view" {
  for_each = local.third_views

  project             = var.project_id
  dataset_id          = google_bigquery_dataset.hourtally.dataset_id
  table_id            = each.key
  description         = local.views[each.key].description
  labels              = local.labels
  deletion_protection = false

  view {
    query          = local.view_sql[each.key]
    use_legacy_sql = false
  }

  lifecycle {
    precondition {
      condition     = length(setintersection(local.view_reads[each.key], local.third_views)) == 0
      error_message = "${each.key} is a view of views of views of views: add a round."
    }
  }

  depends_on = [google_bigquery_table.second_view]
}

# Views with arguments.
resource "google_bigquery_routine" "table_function" {
  for_each = local.table_functions

  project         = var.project_id
  dataset_id      = google_bigquery_dataset.hourtally.dataset_id
  routine_id      = each.key
  description     = each.value.description
  routine_type    = "TABLE_VALUED_FUNCTION"
  language        = "SQL"
  definition_body = replace(each.value.sql, "$${dataset}", "${var.project_id}.${local.dataset_id}")

  dynamic "arguments" {
    for_each = each.value.arguments

    content {
      name          = arguments.value.name
      argument_kind = "FIXED_TYPE"
      data_type     = jsonencode({ typeKind = arguments.value.type })
    }
  }

  depends_on = [google_bigquery_table.third_view]
}

# The provider has no search index, so a query makes it, once for each definition. BigQuery knows a job
# by its name for ever and shows it for half a year: what may change about it must not make it anew
# under the same name, and what is made has the name of its minute.
resource "google_bigquery_job" "search_index" {
  for_each = local.search_index_sql

  project  = var.project_id
  location = google_bigquery_dataset.hourtally.location
  job_id   = "search-index-${local.dataset_id}-${each.key}-${formatdate("YYYYMMDDhhmmss", timestamp())}"

  query {
    query          = each.value
    use_legacy_sql = false

    # The least there is: a definition reads nothing.
    maximum_bytes_billed = "10485760"

    # BigQuery refuses both for a statement that defines something, and the provider's default is
    # not empty.
    create_disposition = ""
    write_disposition  = ""
  }

  lifecycle {
    ignore_changes       = all
    replace_triggered_by = [terraform_data.search_index[each.key]]
  }
}

# What a search index is made of: another table of that name, or another definition, makes a new one.
resource "terraform_data" "search_index" {
  for_each = local.search_index_sql

  triggers_replace = {
    table      = google_bigquery_table.table[each.key].creation_time
    definition = each.value
  }
}

# A job that has failed is done, too: without this, nothing would ever tell.
check "search_indexes" {
  assert {
    condition = alltrue([
      for job in google_bigquery_job.search_index : length(try(job.status[0].error_result, [])) == 0
    ])
    error_message = "A search index could not be made: see \"search-index\" in the runbook."
  }
}

# Appending rows, and seeing the schema that they must fit: no reading, no changing of tables. A name
# of an earlier role stays taken for over a month.
resource "google_project_iam_custom_role" "appender" {
  project     = var.project_id
  role_id     = "${replace(var.prefix, "-", "_")}hourtally_appender_${time_static.appender.unix}"
  title       = "${var.prefix}hourtally appender"
  description = "Appends rows to tables"
  permissions = ["bigquery.tables.get", "bigquery.tables.updateData"]

  depends_on = [time_sleep.services]
}

resource "time_static" "appender" {}
