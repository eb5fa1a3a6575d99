import { type LookupAddress, type LookupAllOptions, lookup as lookUpName } from "node:dns";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { isPublicAddress } from "./is-public-address.ts";

/** Posts a body, follows no redirect, and tells the status of the answer. */
export type SendRequest = (
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
) => Promise<number>;

type LookUp = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

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
  lookUp?: LookUp;
  timeoutMs?: number;
} = {}): SendRequest {
  const lookup: LookupFunction = (hostname, options, callback) => {
    lookUp(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, "", 0);
      const refused = addresses.some(({ address }) => !isAllowed(address));
      const [first] = addresses;
      if (refused || first === undefined) return callback(privateAddress(), "", 0);
      return options.all
        ? answerAll(callback, addresses)
        : callback(null, first.address, first.family);
    });
  };
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

const answerAll = (callback: Parameters<LookupFunction>[2], addresses: LookupAddress[]): void =>
  callback(null, addresses);
