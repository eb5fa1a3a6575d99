import { once } from "node:events";
import { createServer } from "node:http";
import { ownOnly } from "./own-only.cjs";
import { portOf } from "./tcp-port.ts";

export type MetadataServer = {
  /** `host:port`, for GCE_METADATA_HOST. */
  address: string;
  stop: () => Promise<void>;
};

const tokenPath = /^\/computeMetadata\/v1\/instance\/service-accounts\/[^/]+\/token(?:\?|$)/;
/** Accepted by our servers, which ask for none, and by no other. */
const token = { access_token: "local", expires_in: 3_600, token_type: "Bearer" };

/**
 * The part of a cloud machine's metadata server that gives a function the token of its service
 * account: BigQuery's client asks for one whatever server it talks to.
 */
export async function startMetadata(): Promise<MetadataServer> {
  const serve = ownOnly((request, response) => {
    request.resume();
    const isToken = tokenPath.test(request.url ?? "");
    response.writeHead(isToken || request.url === "/" ? 200 : 404, {
      "metadata-flavor": "Google",
      "content-type": "application/json",
    });
    response.end(isToken ? JSON.stringify(token) : "");
  });
  const server = createServer(serve);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${portOf(server.address())}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
