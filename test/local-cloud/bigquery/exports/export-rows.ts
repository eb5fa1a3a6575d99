import type { DuckDBDataChunk } from "@duckdb/node-api";

import { BigqueryError } from "../bigquery-error.ts";
import type { ResultField } from "../encode-results.ts";
import type { Export } from "../sql/analyze/analyze-export.ts";
import { notImplemented } from "../sql/place-error.ts";
import { writeCsv } from "./write-csv.ts";
import { writeParquet } from "./write-parquet.ts";

/** What an EXPORT DATA has written, as `exportDataStatistics` says it. */
export type Exported = { files: number; rows: number };

/** Writes the rows of a result to Cloud Storage. */
export type ExportRows = (
  exported: Export,
  fields: readonly ResultField[],
  chunks: readonly DuckDBDataChunk[],
) => Promise<Exported>;

/**
 * Exports to the Cloud Storage at `storageUrl`, as one object whatever its size. Its rows are in the
 * order of the query.
 * @throws {BigqueryError} where the bucket is not, or the object is there and may not be replaced.
 */
export function createExport(storageUrl: string | undefined): ExportRows {
  return async (exported, fields, chunks) => {
    if (storageUrl === undefined) throw notImplemented("EXPORT DATA without a Cloud Storage");
    const { bucket, overwrite, file } = exported;
    const name = exported.name.replace("*", "0".padStart(12, "0"));
    const url = new URL(`/upload/storage/v1/b/${encodeURIComponent(bucket)}/o`, storageUrl);
    url.search = new URLSearchParams({
      uploadType: "media",
      name,
      ...(!overwrite && { ifGenerationMatch: "0" }),
    }).toString();
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/octet-stream" },
      body:
        file.format === "CSV"
          ? writeCsv(fields, chunks, file)
          : writeParquet(fields, chunks, file.codec),
    });
    await answer.bytes();
    if (!answer.ok) throw refusal(answer.status, bucket, name);
    return { files: 1, rows: chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0) };
  };
}

function refusal(status: number, bucket: string, name: string): BigqueryError {
  if (status === 404) return new BigqueryError("notFound", `Not found: Bucket ${bucket}`);
  if (status === 412) {
    return new BigqueryError(
      "invalid",
      `gs://${bucket}/${name} already exists: the destination is not empty, and overwrite is false`,
    );
  }
  return new BigqueryError("backendError", `Cloud Storage answered ${status} for ${name}`);
}
