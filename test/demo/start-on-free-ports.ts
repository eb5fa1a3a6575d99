import { type Cloud, type CloudOptions, startCloud } from "../local-cloud/start-cloud.ts";
import { freePort } from "../local-cloud/tcp-port.ts";

/** The ports that the well-known emulators use; any free one where it is taken. */
const usualPorts = { pubsub: 8085, bigquery: 9050, bigqueryWrite: 9060, storage: 4443 };
const mostTries = 3;

/**
 * Starts a cloud on the usual ports, or where they are taken on others: also where another checkout takes
 * one between the look for it and its use.
 */
export async function startOnFreePorts(
  options: Omit<CloudOptions, "ports">,
  start: (options: CloudOptions) => Promise<Cloud> = startCloud,
): Promise<Cloud> {
  for (let tries = 1; ; tries++) {
    const ports = {
      pubsub: await freePort(usualPorts.pubsub),
      bigquery: await freePort(usualPorts.bigquery),
      bigqueryWrite: await freePort(usualPorts.bigqueryWrite),
      storage: await freePort(usualPorts.storage),
    };
    try {
      return await start({ ...options, ports });
    } catch (error) {
      if (tries === mostTries || !isPortTaken(error)) throw error;
    }
  }
}

/** gRPC says it without a code. */
const isPortTaken = (error: unknown): boolean =>
  error instanceof Error && /EADDRINUSE|No address added/.test(error.message);
