import type { ResultField } from "../encode-results.ts";
import type { QueryJob } from "../run-jobs.ts";
import type { QueryRequest } from "../sql/translate-query.ts";
import { referenceOf } from "./describe-table.ts";
import { etag } from "./route.ts";

export function describeJobReference(job: QueryJob) {
  return { projectId: job.project, jobId: job.id, location: job.location };
}

/** Where BigQuery keeps results: a table without a name of its own, for a day. */
export const resultDataset = "_results";

export function resultTable(job: QueryJob) {
  return { projectId: job.project, datasetId: resultDataset, tableId: `anon_${job.id}` };
}

/** How many rows a change has touched; nothing for a query. */
export function dmlAnswer(job: QueryJob) {
  const { affected, changed } = job.result ?? {};
  if (affected === undefined || !changed) return {};
  return {
    numDmlAffectedRows: String(affected),
    dmlStats: {
      insertedRowCount: String(changed.inserted),
      updatedRowCount: String(changed.updated),
      deletedRowCount: String(changed.deleted),
    },
  };
}

/** What an export has written; nothing for whatever else. */
function exportAnswer({ result }: QueryJob) {
  if (result?.exported === undefined) return {};
  const { files, rows } = result.exported;
  return { exportDataStatistics: { fileCount: String(files), rowCount: String(rows) } };
}

/** A job as the API describes it. */
export function describeJob(job: QueryJob) {
  const { translated } = job;
  const failure = job.error && {
    reason: job.error.reason,
    message: job.error.message,
    location: "query",
  };
  return {
    kind: "bigquery#job",
    id: `${job.project}:${job.location}.${job.id}`,
    etag: etag(job.createdAt, job.endedAt ?? 0),
    jobReference: describeJobReference(job),
    configuration: {
      jobType: "QUERY",
      query: {
        query: job.request.query,
        useLegacySql: false,
        priority: "INTERACTIVE",
        ...destinationOf(job),
        writeDisposition: "WRITE_TRUNCATE",
        createDisposition: "CREATE_IF_NEEDED",
      },
    },
    status: {
      state: job.endedAt === undefined ? "RUNNING" : "DONE",
      ...(failure ? { errorResult: failure, errors: [failure] } : {}),
    },
    statistics: {
      creationTime: String(job.createdAt),
      startTime: String(job.createdAt),
      ...(job.endedAt === undefined ? {} : { endTime: String(job.endedAt) }),
      totalBytesProcessed: "0",
      query: {
        statementType: translated.statement,
        totalBytesProcessed: "0",
        totalBytesBilled: "0",
        cacheHit: false,
        referencedTables: translated.references.map(referenceOf),
        ...(translated.definition
          ? {
              ddlOperationPerformed: job.result?.operation,
              ddlTargetTable: referenceOf(translated.definition.target),
            }
          : {}),
        ...dmlAnswer(job),
        ...exportAnswer(job),
      },
    },
    user_email: "local@localhost",
  };
}

function destinationOf(job: QueryJob) {
  const { definition, statement } = job.translated;
  if (statement === "SELECT") return { destinationTable: resultTable(job) };
  return definition ? { destinationTable: referenceOf(definition.target) } : {};
}

/** What a dry run answers instead of a job. */
export function describeDryRun(query: QueryRequest, statementType: string, fields: ResultField[]) {
  return {
    kind: "bigquery#job",
    jobReference: { projectId: query.project, location: "US" },
    configuration: {
      jobType: "QUERY",
      dryRun: true,
      query: { query: query.query, useLegacySql: false },
    },
    status: { state: "DONE" },
    statistics: {
      totalBytesProcessed: "0",
      query: { statementType, totalBytesProcessed: "0", schema: { fields } },
    },
  };
}
