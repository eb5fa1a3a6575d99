import { startBigquery } from "../local-cloud/bigquery/start-bigquery.ts";

// A local BigQuery in a process of its own, as in the cloud: told of by its addresses, and gone with
// whoever has started it.
const { restUrl, writeUrl, stop } = await startBigquery({
  database: process.argv[2] ?? ":memory:",
});
process.on("disconnect", () => void stop().then(() => process.exit()));
process.send?.({ restUrl, writeUrl });
