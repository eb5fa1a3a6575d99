import { mkdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { allowDownloads } from "../../shared/objects/allow-downloads.ts";
import { tableFunctions } from "../../shared/rows/table-functions.ts";
import { tables } from "../../shared/rows/tables.ts";
import { deployedViews } from "../deployed-views.ts";
import { parseArguments } from "./cli/parse-arguments.ts";
import { quoteForSql } from "./cli/quote.ts";
import { runCommand } from "./cli/run-command.ts";
import { UserError } from "./cli/user-error.ts";
import { findTarget, targetHelp } from "./find-target.ts";

const help = `Writes what a table, a view or a table function has to files in the lake.

  npm run export -- reaction_graph
  npm run export -- reaction_graph --format csv --into edges
  npm run export -- 'turnstile_lines(5)' --format csv
  npm run export -- url_hours --where "hour >= '2026-01-02' AND hour < '2026-01-03'"

  NAME             of a table or a view, or of a table function with what it takes:
                   ${tableFunctions.map(({ name }) => name).join(", ")}
  --format F       parquet (compressed by Snappy) or csv (with a header, as gzip) (default: parquet)
  --where SQL      rows for which this is true (default: all)
  --into FOLDER    also brings the files here, into a folder that is made
  --project ID     of Google Cloud, whatever runs here; its dataset is BIGQUERY_DATASET or
  --dataset NAME   (default hourtally), its lake is HOURTALLY_LAKE_BUCKET or
  --bucket NAME
  --json           the names of the files as one line of JSON on standard output

The files are exports/NAME/TIME/000000000000.parquet and so on; no other file is replaced. It is a
query, billed as one. The edges of reaction_graph are what networkx reads:

  networkx.from_pandas_edgelist(pandas.read_parquet("edges"), edge_attr="weight", create_using=networkx.DiGraph)

and what Gephi imports as a table of edges, from CSV.

${targetHelp}
Exit codes: 0 written, 1 a failure, 2 a wrong argument, 130 interrupted.
`;

const formats = {
  parquet: { options: "format = 'PARQUET', compression = 'SNAPPY'", ending: ".parquet" },
  csv: { options: "format = 'CSV', header = TRUE, compression = 'GZIP'", ending: ".csv.gz" },
} as const;
type Format = keyof typeof formats;
const isFormat = (text: string): text is Format => Object.hasOwn(formats, text);

async function exportRows(args: string[], listen: () => AbortSignal): Promise<void> {
  const options = parseExportOptions(args);
  if (options === undefined) {
    process.stdout.write(help);
    return;
  }
  const signal = listen();
  const { bucket, dataset, project, place } = await findTarget(process.env, options);
  if (bucket === undefined) {
    throw new UserError("name the lake's bucket with --bucket or HOURTALLY_LAKE_BUCKET");
  }
  process.stderr.write(`Working in ${place}, dataset ${dataset}, bucket ${bucket}.\n`);
  // Loaded late: they take a second, which a wrong argument need not wait for.
  const { BigQuery } = await import("@google-cloud/bigquery");
  const { Storage } = await import("@google-cloud/storage");
  const folder = `exports/${options.name}/${new Date().toISOString().replaceAll(/[-:]/g, "")}/`;
  const query = exportSql(options, { dataset, uri: `gs://${bucket}/${folder}*` });
  await new BigQuery({ projectId: project }).query({ query });
  const storage = new Storage({ projectId: project });
  allowDownloads(storage);
  const [files] = await storage.bucket(bucket).getFiles({ prefix: folder });
  const { into } = options;
  if (into !== undefined) await mkdir(into, { recursive: true });
  for (const file of files) {
    signal.throwIfAborted();
    process.stdout.write(options.json ? "" : `gs://${bucket}/${file.name}\n`);
    if (into === undefined) continue;
    const destination = join(into, basename(file.name));
    // Without the client's own decompression: a name that ends with .gz holds gzip.
    await file.download({ destination, decompress: false });
    process.stderr.write(`${destination}\n`);
  }
  const names = files.map(({ name }) => `gs://${bucket}/${name}`);
  if (options.json) process.stdout.write(`${JSON.stringify({ files: names })}\n`);
}

/** The statement that writes the files; `uri` ends with the `*` that BigQuery numbers them by. */
export function exportSql(
  { name, values, format, where }: NonNullable<ReturnType<typeof parseExportOptions>>,
  { dataset, uri }: { dataset: string; uri: string },
): string {
  const { options, ending } = formats[format];
  const call = values === undefined ? "" : `(${values})`;
  return [
    `EXPORT DATA OPTIONS (uri = ${quoteForSql(uri + ending)}, ${options})`,
    `AS SELECT * FROM \`${dataset}.${name}\`${call}`,
    ...(where === undefined ? [] : [`WHERE ${where}`]),
  ].join("\n");
}

/**
 * Reads the command line; undefined when help was asked for.
 * @throws {UserError} that says what to write instead.
 */
export function parseExportOptions(args: string[]) {
  const { values, positionals } = parseArguments({
    args,
    allowPositionals: true,
    options: {
      format: { type: "string", default: "parquet" },
      where: { type: "string" },
      into: { type: "string" },
      project: { type: "string" },
      dataset: { type: "string" },
      bucket: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const [asked, ...others] = positionals;
  if (asked === undefined || others.length > 0) {
    throw new UserError("name one table, view or table function. Try --help.");
  }
  const { format, where, into, project, dataset, bucket, json } = values;
  if (!isFormat(format)) throw new UserError(`--format ${format}: must be parquet or csv`);
  // npm runs scripts in the project's root; paths are meant from where npm was called.
  const from = process.env.INIT_CWD ?? process.cwd();
  return {
    ...readName(asked),
    format,
    where,
    into: into === undefined ? undefined : resolve(from, into),
    project,
    dataset,
    bucket,
    json,
  };
}

/** A name that is known, and of a table function what stands in its parentheses. */
function readName(asked: string): { name: string; values: string | undefined } {
  const [, name = "", values] = /^(\w+)(?:\(([^;]*)\))?$/.exec(asked.trim()) ?? [];
  const called = tableFunctions.find((one) => one.name === name);
  if (called !== undefined) {
    const takes = called.arguments.map((one) => `${one.name} ${one.type}`).join(", ");
    if (values === undefined) throw new UserError(`${asked}: it takes (${takes})`);
    return { name, values };
  }
  const isKnown = [...tables, ...deployedViews].some((one) => one.name === name);
  if (isKnown && values === undefined) return { name, values };
  throw new UserError(`${asked}: no table, view or table function that is known. Try --help.`);
}

if (import.meta.main) await runCommand("export", exportRows);
