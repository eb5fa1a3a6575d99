import { BigqueryError } from "../../bigquery-error.ts";
import type { Statement } from "../parse/syntax-tree.ts";
import { notImplemented } from "../place-error.ts";
import { type Context, refuse } from "./context.ts";

/** Where and how the rows of an EXPORT DATA are written. */
export type Export = {
  bucket: string;
  /** Name of the objects; each has its number in place of the one `*`. */
  name: string;
  overwrite: boolean;
  file: ExportedFile;
};

/** How a file of rows is written. */
type ExportedFile =
  | { format: "PARQUET"; codec: "SNAPPY" | "UNCOMPRESSED" }
  | { format: "CSV"; header: boolean; isCompressed: boolean };

/**
 * Understands the options of EXPORT DATA: Parquet or CSV, to Cloud Storage.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/export-statements
 */
export function analyzeExport(
  context: Context,
  { options, place }: Statement & { kind: "export data" },
): Export {
  const texts = new Map<string, string>();
  const flags = new Map<string, boolean>();
  for (const { name, value } of options) {
    if (isFlag.has(name) && value.kind === "boolean") flags.set(name, value.value);
    else if (value.kind === "string") texts.set(name, value.value);
    else refuse(context, value.place, `Option ${name} has a value of another type`);
  }
  const { uri, format, compression, ...others } = Object.fromEntries(texts);
  const [other] = Object.keys(others);
  if (other !== undefined) throw notImplemented(`The option ${other} of EXPORT DATA`);
  if (uri === undefined) return refuse(context, place, "Option 'uri' is required");
  if (format === undefined) return refuse(context, place, "Option 'format' is required");
  const { bucket = "", name = "" } =
    /^gs:\/\/(?<bucket>[^/]+)\/(?<name>.+)$/.exec(uri)?.groups ?? {};
  if (name.split("*").length !== 2) {
    throw new BigqueryError(
      "invalid",
      `Invalid value for uri: "${uri}": must be gs://bucket/name with exactly one wildcard`,
    );
  }
  const file = fileOf(format.toUpperCase(), compression?.toUpperCase() ?? "NONE", flags);
  return { bucket, name, overwrite: flags.get("overwrite") ?? false, file };
}

const isFlag = new Set(["overwrite", "header"]);

function fileOf(
  format: string,
  compression: string,
  flags: ReadonlyMap<string, boolean>,
): ExportedFile {
  if (format === "CSV" && (compression === "NONE" || compression === "GZIP")) {
    return { format, header: flags.get("header") ?? true, isCompressed: compression === "GZIP" };
  }
  if (format === "CSV" || format === "PARQUET") {
    if (format === "PARQUET" && flags.has("header")) {
      throw notImplemented("The option header of EXPORT DATA in format PARQUET");
    }
    if (format === "PARQUET" && compression === "NONE") return { format, codec: "UNCOMPRESSED" };
    if (format === "PARQUET" && compression === "SNAPPY") return { format, codec: "SNAPPY" };
    throw notImplemented(`The compression ${compression} of EXPORT DATA in format ${format}`);
  }
  throw notImplemented(`EXPORT DATA in format ${format}`);
}
