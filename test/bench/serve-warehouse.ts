import { startWarehouse } from "../local-cloud/start-warehouse.ts";
import { dataset, projectId } from "../support/serve-dashboard.ts";

// The warehouse of the page in a process of its own, as in the cloud: told of by its addresses, and gone
// with whoever has started it.
process.env.METADATA_SERVER_DETECTION = "none";
const [, , database = ":memory:"] = process.argv;
const server = await startWarehouse({ projectId, dataset, database });
process.on("disconnect", () => void server.stop().then(() => process.exit()));
process.send?.({ restUrl: server.restUrl, writeUrl: server.writeUrl });
