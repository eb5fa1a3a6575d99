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
  codec: "SNAPPY" | "UNCOMPRESSED";
};

/**
 * Understands the options of EXPORT DATA: Parquet, to Cloud Storage.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/export-statements
 */
export function analyzeExport(
  context: Context,
  { options, place }: Statement & { kind: "export data" },
): Export {
  const texts = new Map<string, string>();
  let overwrite = false;
  for (const { name, value } of options) {
    if (name === "overwrite" && value.kind === "boolean") overwrite = value.value;
    else if (value.kind === "string") texts.set(name, value.value);
    else refuse(context, value.place, `Option ${name} has a value of another type`);
  }
  const { uri, format, compression, ...others } = Object.fromEntries(texts);
  const [other] = Object.keys(others);
  if (other !== undefined) throw notImplemented(`The option ${other} of EXPORT DATA`);
  if (uri === undefined) return refuse(context, place, "Option 'uri' is required");
  if (format === undefined) return refuse(context, place, "Option 'format' is required");
  if (format.toUpperCase() !== "PARQUET") throw notImplemented(`EXPORT DATA in format ${format}`);
  const { bucket = "", name = "" } =
    /^gs:\/\/(?<bucket>[^/]+)\/(?<name>.+)$/.exec(uri)?.groups ?? {};
  if (name.split("*").length !== 2) {
    throw new BigqueryError(
      "invalid",
      `Invalid value for uri: "${uri}": must be gs://bucket/name with exactly one wildcard`,
    );
  }
  return { bucket, name, overwrite, codec: codecOf(compression) };
}

function codecOf(compression: string | undefined): Export["codec"] {
  const named = compression?.toUpperCase() ?? "NONE";
  if (named === "NONE") return "UNCOMPRESSED";
  if (named === "SNAPPY") return "SNAPPY";
  throw notImplemented(`The compression ${named} of EXPORT DATA`);
}
