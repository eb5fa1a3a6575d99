import domain from "node:domain";

type Listened = { on: () => Listened; run: (callback: () => void) => void };

/**
 * Has the functions framework run each request as it comes, without a domain (a module that Node has
 * deprecated). From the first domain on, Node calls a hook at each promise, timer and socket of the
 * process. A handler's own failures are answered as before; an error
 * that no request waits for ends the process, so that its messages are delivered again.
 */
export function leaveDomains(): void {
  const listened: Listened = { on: () => listened, run: (callback) => callback() };
  Object.assign(domain, { create: () => listened });
  // By which the framework ties its answer to the request.
  Object.assign(process, { domain: { bind: <Callback>(callback: Callback) => callback } });
}
