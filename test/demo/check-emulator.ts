import { UserError } from "../../terraform/operate/cli/user-error.ts";
import { connectOnce } from "../local-cloud/tcp-port.ts";

/**
 * Finds out whether a Pub/Sub emulator is there: the variable may be left over from one that has
 * ended, and Google's client would look for it for more than a minute.
 * @throws {UserError} unless something listens at `address` (`host:port`).
 */
export async function checkEmulator(address: string): Promise<void> {
  try {
    const { hostname, port } = new URL(`http://${address.replace(/^https?:\/\//, "")}`);
    await connectOnce(Number(port || 80), hostname);
  } catch (cause) {
    throw new UserError(
      `PUBSUB_EMULATOR_HOST is ${address}, but nothing listens there: unset it, or start that emulator`,
      { cause },
    );
  }
}
