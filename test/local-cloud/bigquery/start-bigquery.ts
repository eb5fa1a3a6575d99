import { once } from "node:events";

import { DuckDBInstance } from "@duckdb/node-api";
import { Server, ServerCredentials } from "@grpc/grpc-js";

import { portOf } from "../tcp-port.ts";
import { copyDefinitions, type Original } from "./copy-definitions.ts";
import { createExport } from "./exports/export-rows.ts";
import { openCatalog, quoteTable } from "./open-catalog.ts";
import { serveReads } from "./reads/serve-reads.ts";
import { serveRest } from "./rest/serve-rest.ts";
import { createJobs } from "./run-jobs.ts";
import { registerEngineFunctions } from "./sql/engine/engine-functions.ts";
import { createAppender } from "./writes/commit-appends.ts";
import { largestRequestBytes, serveWrites, type WriteFaults } from "./writes/serve-writes.ts";

export type BigqueryOptions = {
  /** 0 takes a free port. */
  restPort?: number;
  writePort?: number;
  /** ":memory:" or the path of a DuckDB file, which keeps everything across restarts. */
  database?: string;
  /** Whose definitions a new database begins with. */
  copyOf?: Original;
  /** Cloud Storage for EXPORT DATA, which is not implemented without. */
  storageUrl?: string;
};

export type LocalBigquery = {
  /** For BIGQUERY_EMULATOR_HOST. */
  restUrl: string;
  /** The Storage Write and Storage Read APIs, plaintext gRPC. */
  writeUrl: string;
  /** Makes appends fail at random, by a seed; undefined ends it. */
  setFaults(faults: WriteFaults | undefined): void;
  stop(): Promise<void>;
};

/**
 * Starts a BigQuery on this machine that Google's own clients use unchanged.
 *
 * Listens on 127.0.0.1 only. Rejects when a port is taken or the database file is in use.
 */
export async function startBigquery(options: BigqueryOptions = {}): Promise<LocalBigquery> {
  const { restPort = 0, writePort = 0, database = ":memory:", copyOf, storageUrl } = options;
  const instance = await DuckDBInstance.create(database, {
    threads: "2",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  if (copyOf !== undefined) await copyDefinitions(connection, copyOf);
  // Whatever a statement is translated to: it reads and writes no file, and loads nothing.
  await connection.run("SET GLOBAL enable_external_access = false");
  await connection.run("SET GLOBAL TimeZone = 'UTC'");
  await connection.run("SET GLOBAL default_null_order = 'NULLS_FIRST_ON_ASC_LAST_ON_DESC'");
  // DuckDB's default of 16 MB makes a busy warehouse stop and rewrite itself all the time.
  await connection.run("SET GLOBAL checkpoint_threshold = '128MB'");
  // Which check-partition-filter.ts sets for a while.
  await connection.run("SET GLOBAL allowed_configs = ['disabled_optimizers']");
  await connection.run("SET GLOBAL lock_configuration = true");
  registerEngineFunctions(connection);

  const catalog = await openCatalog(connection);
  const jobs = createJobs(instance, catalog, createExport(storageUrl));
  const appender = createAppender(instance);
  const counting = await instance.connect();
  const rest = serveRest({
    catalog,
    jobs,
    readRows: jobs.readTable,
    countRows: async (table) => {
      const counted = await counting.runAndReadAll(`SELECT COUNT(*) FROM ${quoteTable(table)}`);
      return BigInt(String(counted.getRows()[0]?.[0] ?? 0));
    },
  });
  const storage = new Server({
    // Above the API's limit, so that the refusal can be said in its words.
    "grpc.max_receive_message_length": largestRequestBytes * 2,
  });
  const { setFaults } = serveWrites(storage, catalog, appender);
  serveReads(storage, catalog, jobs);
  const stop = async () => {
    storage.forceShutdown();
    rest.closeAllConnections();
    await new Promise((resolve) => rest.close(resolve));
    jobs.close();
    appender.close();
    counting.closeSync();
    if (database !== ":memory:") await connection.run("CHECKPOINT");
    connection.closeSync();
    instance.closeSync();
  };
  try {
    rest.listen(restPort, "127.0.0.1");
    await once(rest, "listening");
    const boundPort = await bind(storage, writePort);
    return {
      restUrl: `http://127.0.0.1:${portOf(rest.address())}`,
      writeUrl: `http://127.0.0.1:${boundPort}`,
      setFaults,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function bind(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const credentials = ServerCredentials.createInsecure();
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
}
