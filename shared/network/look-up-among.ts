import type { LookupFunction } from "node:net";

type Address = { address: string; family: number };

/** As `lookup` of `node:dns`, asked for all addresses. */
export type LookUpAll = (
  hostname: string,
  options: { all: true },
  callback: (error: Error | null, addresses: Address[]) => void,
) => void;

/**
 * Looks a name up when a connection is made, and fails unless every address it has is allowed: the one
 * that is connected to is among them, so a name that leads elsewhere a moment later gains nothing.
 * `refuse` is the error for what is wrong with a name.
 */
export const lookUpAmong =
  (
    lookUp: LookUpAll,
    isAllowed: (address: string) => boolean,
    refuse: (hostname: string, problem: string) => Error,
  ): LookupFunction =>
  (hostname, options, answer) => {
    lookUp(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return answer(error, "", 0);
      const [first] = addresses;
      if (first === undefined) return answer(refuse(hostname, "has no address"), "", 0);
      if (!addresses.every(({ address }) => isAllowed(address))) {
        return answer(refuse(hostname, "has an address that is not public"), "", 0);
      }
      return options.all === true
        ? answer(null, addresses)
        : answer(null, first.address, first.family);
    });
  };
