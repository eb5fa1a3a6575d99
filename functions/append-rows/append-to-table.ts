import type { Table } from "../../shared/rows/table.ts";

/** A row that BigQuery refuses: its index among the rows of the call, and BigQuery's reason. */
export type RefusedRow = { index: number; message: string };

/** The refused rows when nothing was appended because of them; empty when all are committed. */
export type AppendAnswer = RefusedRow[];

type Rows = readonly Record<string, unknown>[];

/** Appends all rows in one request, or none of them. */
export type AppendToTable = (table: Table, rows: Rows) => Promise<AppendAnswer>;

/** A connection to one table; its answers come in the order of its requests. */
export type Writer = {
  write: (rows: Rows) => Promise<AppendAnswer>;
  /** Is told when the connection fails, with or without requests under way. */
  onFailure: (listener: (error: unknown) => void) => void;
  close: () => void;
};

export type OpenWriter = (table: Table) => Promise<Writer>;

/** Must stay well below the acknowledgement deadline of the subscription that calls us. */
const appendTimeoutMs = 25_000;

/** A writer and who waits for its answers; nothing is kept of an append that has ended. */
type Connection = { opening: Promise<Writer>; waiting: Set<(error: unknown) => void> };

/**
 * Appends with one connection per table. A connection that fails is given up with all that is
 * pending on it: a late answer can never be taken for that of another request.
 */
export function createAppender(open: OpenWriter, timeoutMs = appendTimeoutMs): AppendToTable {
  const connections = new Map<string, Connection>();

  const connect = (table: Table): Connection => {
    const connection = { opening: open(table), waiting: new Set<(error: unknown) => void>() };
    connections.set(table.name, connection);
    const listen = (writer: Writer) =>
      writer.onFailure((error) => giveUp(table.name, connection, error));
    // Whoever waits for it is told why it cannot be opened.
    connection.opening.then(listen).catch(() => undefined);
    return connection;
  };

  const giveUp = (name: string, connection: Connection, error: unknown): void => {
    // A late failure of an old connection is none of the new one.
    if (connections.get(name) === connection) connections.delete(name);
    for (const fail of connection.waiting) fail(error);
    connection.opening.then((writer) => writer.close()).catch(() => undefined);
  };

  return async (table, rows) => {
    const connection = connections.get(table.name) ?? connect(table);
    try {
      const answer = connection.opening.then((writer) => writer.write(rows));
      return await waitFor(answer, connection.waiting, timeoutMs);
    } catch (error) {
      giveUp(table.name, connection, error);
      throw new Error(`appending to ${table.name} failed`, { cause: error });
    }
  };
}

function waitFor(
  answer: Promise<AppendAnswer>,
  waiting: Connection["waiting"],
  timeoutMs: number,
): Promise<AppendAnswer> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      clearTimeout(timer);
      waiting.delete(fail);
    };
    const fail = (error: unknown) => {
      leave();
      reject(error);
    };
    const timer = setTimeout(() => fail(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
    waiting.add(fail);
    answer.then((rows) => {
      leave();
      resolve(rows);
    }, fail);
  });
}
