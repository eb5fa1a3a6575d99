import { lookup as lookUpName } from "node:dns";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP } from "node:net";
import { isPublicAddress } from "../../shared/network/is-public-address.ts";
import { type LookUpAll, lookUpAmong } from "../../shared/network/look-up-among.ts";

/** Posts a body, follows no redirect, and tells the status of the answer. */
export type SendRequest = (
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
) => Promise<number>;

/** The receiver is inside of our own network, or says so: nothing is sent there. */
export class PrivateAddressError extends Error {
  override name = "PrivateAddressError";
}

const usualTimeoutMs = 10_000;

/**
 * A sender to addresses on the internet. Where a name leads is looked at when the connection is made,
 * and that address is connected to: a name that leads elsewhere a moment later gains nothing.
 */
export function createSender({
  isAllowed = isPublicAddress,
  lookUp = lookUpName,
  timeoutMs = usualTimeoutMs,
}: {
  isAllowed?: (address: string) => boolean;
  lookUp?: LookUpAll;
  timeoutMs?: number;
} = {}): SendRequest {
  const lookup = lookUpAmong(lookUp, isAllowed, privateAddress);
  return (url, headers, body) =>
    new Promise((resolve, reject) => {
      const literal = url.hostname.replace(/^\[|\]$/g, "");
      // Nothing is looked up for an address.
      if (isIP(literal) !== 0 && !isAllowed(literal)) return reject(privateAddress());
      const request = (url.protocol === "https:" ? requestHttps : requestHttp)(
        url,
        {
          method: "POST",
          headers: { ...headers, "content-length": Buffer.byteLength(body) },
          lookup,
          // A connection that is kept would have been looked at long ago.
          agent: false,
          signal: AbortSignal.timeout(timeoutMs),
        },
        (response) => {
          // Its body is of no matter, and may be endless.
          response.destroy();
          resolve(response.statusCode ?? 0);
        },
      );
      request.on("error", reject);
      request.end(body);
    });
}

const privateAddress = () =>
  new PrivateAddressError("the webhook's name leads to an address that is not on the internet");
