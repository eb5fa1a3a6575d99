import { turnstileRow } from "../../shared/events/turnstile-row.v1.ts";
import type { CsvLayout } from "./landing-topic.ts";

/**
 * The turnstile files of New York's MTA: the weekly ones of the agency itself say `C/A`, those of
 * archivists `CA`, after an index column without a header; the open data portal says `Line Name` and
 * `Description`, or, by its API, `c_a` and `line_name`. Lines of streams have two columns more.
 */
export const turnstileCsv: CsvLayout = {
  schema: "turnstile-row.v1",
  row: turnstileRow,
  columns: [
    { field: "ca", headers: ["C/A", "AC"], type: "text" },
    { field: "unit", headers: ["UNIT"], type: "text" },
    { field: "scp", headers: ["SCP"], type: "text" },
    { field: "station", headers: ["STATION"], type: "text" },
    { field: "linename", headers: ["LINENAME"], type: "text" },
    { field: "division", headers: ["DIVISION"], type: "text" },
    { field: "date", headers: ["DATE"], type: "text" },
    { field: "time", headers: ["TIME"], type: "text" },
    { field: "desc", headers: ["DESC", "DESCRIPTION"], type: "text" },
    { field: "entries", headers: ["ENTRIES"], type: "integer" },
    { field: "exits", headers: ["EXITS"], type: "integer" },
    { field: "id", headers: ["ID"], type: "text", isOptional: true },
    { field: "timestamp", headers: ["TIMESTAMP"], type: "text", isOptional: true },
  ],
};
