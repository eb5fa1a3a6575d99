/** A BigQuery view; `sql` is GoogleSQL with `${dataset}` for `project.dataset`. */
export type View = {
  name: string;
  description: string;
  sql: string;
  /** What each column says, in their order. */
  columns: Readonly<Record<string, string>>;
};
