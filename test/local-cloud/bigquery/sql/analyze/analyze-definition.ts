import { BigqueryError } from "../../bigquery-error.ts";
import type { TableName } from "../../open-catalog.ts";
import type { Field } from "../../table-resource.ts";
import type { Name, Node, Statement, TableOption, TypeNode } from "../parse/syntax-tree.ts";
import { notImplemented } from "../place-error.ts";
import { fieldOfType } from "../types/convert-field.ts";
import { nameTable } from "./analyze-from.ts";
import { analyzeType } from "./analyze-type.ts";
import { type Context, refuse } from "./context.ts";

type Options = {
  description?: string | undefined;
  friendlyName?: string | undefined;
  labels?: Record<string, string> | undefined;
  requirePartitionFilter?: boolean | undefined;
};

/** A definition whose names and options are understood. */
export type TableDefinition = { target: TableName } & (
  | {
      kind: "create table" | "create view";
      replace: boolean;
      unlessExists: boolean;
      /** Undefined where a query tells them. */
      columns: Field[] | undefined;
      /** The text of a view. */
      text: string;
      partition: string | undefined;
      cluster: string[];
      options: Options;
    }
  | { kind: "create schema"; unlessExists: boolean; location: string; options: Options }
  | {
      kind: "create table function";
      replace: boolean;
      unlessExists: boolean;
      /** The text of the statement. */
      text: string;
      options: Options;
    }
  | {
      kind: "drop";
      what: "SCHEMA" | "TABLE" | "TABLE FUNCTION" | "VIEW";
      ifExists: boolean;
      cascade: boolean;
    }
);

type Defining = Statement & {
  kind: "create schema" | "create table" | "create table function" | "create view" | "drop";
};

/** Understands CREATE and DROP of schemas, tables and views. */
export function analyzeDefinition(context: Context, statement: Defining): TableDefinition {
  switch (statement.kind) {
    case "create schema": {
      const { location, ...options } = readOptions(statement.options);
      return {
        kind: "create schema",
        target: nameSchema(context, statement.target),
        unlessExists: statement.unlessExists,
        location: location ?? "US",
        options,
      };
    }
    case "drop":
      return {
        kind: "drop",
        what: statement.what,
        target:
          statement.what === "SCHEMA"
            ? nameSchema(context, statement.target)
            : nameTable(context, statement.target),
        ifExists: statement.ifExists,
        cascade: statement.cascade,
      };
    case "create table function":
      return {
        kind: "create table function",
        target: nameTable(context, statement.target),
        replace: statement.replace,
        unlessExists: statement.unlessExists,
        text: statement.text,
        options: readOptions(statement.options),
      };
    case "create view":
      return {
        kind: "create view",
        target: nameTable(context, statement.target),
        replace: statement.replace,
        unlessExists: statement.unlessExists,
        columns: undefined,
        text: statement.text,
        partition: undefined,
        cluster: [],
        options: readOptions(statement.options),
      };
    case "create table":
      if (statement.columns.length === 0 && !statement.query) {
        return refuse(
          context,
          statement.place,
          "CREATE TABLE must have a list of columns or a query",
        );
      }
      if (statement.columns.length > 0 && statement.query) {
        throw notImplemented("CREATE TABLE with a list of columns and a query");
      }
      return {
        kind: "create table",
        target: nameTable(context, statement.target),
        replace: statement.replace,
        unlessExists: statement.unlessExists,
        columns: statement.query
          ? undefined
          : statement.columns.map((column) => ({
              ...toField(context, column.name, column.type),
              ...(column.required ? { mode: "REQUIRED" as const } : {}),
              ...readDescription(column.options),
            })),
        text: "",
        partition: statement.partition && readPartition(statement.partition),
        cluster: statement.cluster.map((name) => name.text),
        options: readOptions(statement.options),
      };
  }
}

function nameSchema(context: Context, names: readonly Name[]): TableName {
  const [dataset = "", project = context.statement.project] = names
    .map((name) => name.text)
    .toReversed();
  return { project, dataset, table: "" };
}

function toField(context: Context, name: Name, type: TypeNode): Field {
  const convert = (field: ReturnType<typeof fieldOfType>): Field => ({
    ...field,
    fields: (field.fields ?? []).map(convert),
  });
  return convert(fieldOfType(name.text, analyzeType(context, type)));
}

/** `DATE(at)`, `TIMESTAMP_TRUNC(at, DAY)` or a DATE column. */
function readPartition(node: Node): string {
  if (node.kind === "path" && node.names.length === 1) return node.names[0]?.text ?? "";
  if (node.kind === "call") {
    const name = node.names.map((one) => one.text.toUpperCase()).join(".");
    const column = node.arguments[0]?.value;
    const part = node.arguments[1]?.value;
    const daily =
      part !== "*" && part?.kind === "path" && part.names[0]?.text.toUpperCase() === "DAY";
    const known = name === "DATE" || (/^(?:DATE|DATETIME|TIMESTAMP)_TRUNC$/.test(name) && daily);
    if (known && column !== "*" && column?.kind === "path") return column.names[0]?.text ?? "";
  }
  throw notImplemented("PARTITION BY anything but a day");
}

function readDescription(options: readonly TableOption[]) {
  const { description } = readOptions(options);
  return description === undefined ? {} : { description };
}

function readOptions(options: readonly TableOption[]): Options & { location?: string } {
  const read: Options & { location?: string } = {};
  for (const { name, value } of options) {
    const text = value.kind === "string" ? value.value : undefined;
    if (value.kind === "null") continue;
    if (name === "description" && text !== undefined) read.description = text;
    else if (name === "friendly_name" && text !== undefined) read.friendlyName = text;
    else if (name === "location" && text !== undefined) read.location = text;
    else if (name === "labels") read.labels = readLabels(value);
    else if (name === "require_partition_filter" && value.kind === "boolean") {
      read.requirePartitionFilter = value.value;
    } else throw notImplemented(`The option ${name}`);
  }
  return read;
}

/** `[("key", "value"), …]` */
function readLabels(node: Node): Record<string, string> {
  const pairs = node.kind === "array" ? node.items : [];
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key, value] = pair.kind === "struct" ? pair.items.map((item) => item.value) : [];
      if (key?.kind !== "string" || value?.kind !== "string") {
        throw new BigqueryError("invalidQuery", "Labels must be pairs of STRING literals");
      }
      return [key.value, value.value];
    }),
  );
}
