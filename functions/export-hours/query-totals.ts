import { BigQuery } from "@google-cloud/bigquery";
import { parseJob } from "../../shared/envelopes/bigquery-job.ts";
import type { Stream } from "../../shared/streams/stream.ts";
import type { ExportTotals } from "./export-hour.ts";

/** Lets BigQuery write files: no row passes through here. Each export is bounded by what it may be billed. */
export function createExporter(
  projectId: string,
  config: {
    dataset: string;
    location?: string | undefined;
    bucket: string;
    maximumBytesBilled: string;
  },
  bigquery = new BigQuery({ projectId }),
): ExportTotals {
  return async (stream, { hour, revision, sortedBy, files }) => {
    const [job] = await bigquery.createQueryJob({
      query: exportSql(stream, { sortedBy, uri: `gs://${config.bucket}/${files}` }).replaceAll(
        "${dataset}",
        config.dataset,
      ),
      params: { hour: bigquery.timestamp(hour), revision },
      maximumBytesBilled: config.maximumBytesBilled,
      ...(config.location !== undefined && { location: config.location }),
    });
    await job.getQueryResults();
    const [metadata] = await job.getMetadata();
    const { bytesBilled, exportedRows } = parseJob(metadata);
    if (exportedRows === undefined) throw new Error("BigQuery does not say what it wrote");
    return { rows: exportedRows, bytesBilled };
  };
}

/**
 * Exports the counts of `revision` of `hour`, sorted by key, in GoogleSQL; `${dataset}` stands for the
 * dataset. It never replaces a file.
 */
export function exportSql(
  { keys, measures, totals }: Stream,
  { sortedBy, uri }: { sortedBy: readonly string[]; uri: string },
): string {
  const columns = [...keys, ...measures.map(({ name }) => name)].map((name) => `total.${name}`);
  return [
    `EXPORT DATA OPTIONS (uri = '${uri}', format = 'PARQUET', compression = 'SNAPPY', overwrite = FALSE) AS`,
    `SELECT ${columns.join(", ")}`,
    `FROM \`\${dataset}.${totals.table}\` AS total`,
    "WHERE total.hour = @hour AND total.revision = @revision AND total.closing.keys IS NULL",
    `ORDER BY ${sortedBy.map((name) => `total.${name}`).join(", ")}`,
  ].join("\n");
}
