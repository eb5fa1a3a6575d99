/**
 * A table function of BigQuery: a view with arguments. `sql` is GoogleSQL with `${dataset}` for
 * `project.dataset`, and with the arguments by their names.
 */
export type TableFunction = {
  name: string;
  description: string;
  arguments: readonly { name: string; type: "DATE" | "INT64" | "STRING" | "TIMESTAMP" }[];
  sql: string;
};
