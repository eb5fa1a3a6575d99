import type * as z from "zod";

/** A query of views of our own dataset. Whatever a request says is a parameter, never text. */
export type Query = {
  sql: string;
  params: Record<string, string | number | readonly string[]>;
};

/** Runs a query; rows as BigQuery's client gives them. */
export type RunQuery = (query: Query) => Promise<unknown[]>;

/** Answers a query with rows of a schema, perhaps from a cache. */
export type Ask = <Row>(query: Query, row: z.ZodType<Row>) => Promise<Row[]>;

/** The query would read more than it may: what is asked for has to be narrower. */
export class TooMuchToReadError extends Error {
  override name = "TooMuchToReadError";
}
