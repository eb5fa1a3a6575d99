import { columnsOf } from "./table.ts";
import { tables } from "./tables.ts";

/**
 * What the columns of a table say, as its rows are declared: for a view that shows them. All of them, or
 * those that are named, in this order.
 * @throws {Error} for a table or a column that there is not.
 */
export function rowColumns(table: string, named?: readonly string[]): Record<string, string> {
  const declared = tables.find(({ name }) => name === table);
  if (declared === undefined) throw new Error(`no table is called ${table}`);
  const columns = new Map(columnsOf(declared).map((column) => [column.name, column]));
  const chosen = named ?? [...columns.keys()];
  return Object.fromEntries(
    chosen.map((name) => {
      const column = columns.get(name);
      if (column === undefined) throw new Error(`table ${table} has no column ${name}`);
      return [name, column.description ?? name];
    }),
  );
}
