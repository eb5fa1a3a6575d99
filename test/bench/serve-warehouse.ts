import { startBigquery } from "../local-cloud/bigquery/start-bigquery.ts";

// A local BigQuery in a process of its own, as in the cloud: told of by its addresses, and gone with
// whoever has started it.
const server = await startBigquery({
  database: process.argv[2] ?? ":memory:",
});
process.on("disconnect", () => void server.stop().then(() => process.exit()));
process.send?.({ restUrl: server.restUrl, writeUrl: server.writeUrl });
