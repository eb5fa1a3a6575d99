import * as z from "zod";

/** Environment variables of a function that queries BigQuery. */
export const warehouseVariables = {
  BIGQUERY_DATASET: z.string().regex(/^\w+$/),
  /** Where the dataset is; found out by itself, when absent. */
  BIGQUERY_LOCATION: z.string().min(1).optional(),
};

/** A bound in bytes: a query that would read more fails before it costs anything. */
export const bytesBilled = (usual: number) => z.string().regex(/^\d+$/).default(String(usual));

/** What these variables say, in our words. */
export const warehouseConfig = (variables: z.output<z.ZodObject<typeof warehouseVariables>>) => ({
  dataset: variables.BIGQUERY_DATASET,
  location: variables.BIGQUERY_LOCATION,
});
