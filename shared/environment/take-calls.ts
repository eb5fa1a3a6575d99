import { boundRequests } from "./bound-requests.ts";
import { leaveDomains } from "./leave-domains.ts";

/** Of one request: no call of ours says more. */
const mostBytes = 64 * 1024;

/**
 * What each function that is called over HTTP by people or a schedule wraps its handler in: bodies are
 * small, have a declared length, and reach the handler as bytes.
 */
export function takeCalls<Handler>(handle: Handler): Handler {
  leaveDomains();
  boundRequests({ mostBytes, undeclared: "refused", isRaw: true });
  return handle;
}
