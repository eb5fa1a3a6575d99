import { standBefore } from "../../../shared/environment/stand-before.ts";

/**
 * Keeps the framework's router from every target of this process: it answers one that it cannot decode
 * with HTML, and some by itself. From then on the framework sees a request for `/`, and the real
 * target, path and query, is to be had from the returned function.
 */
export function takeTargets(): (request: object) => string {
  const targets = new WeakMap<object, string>();
  standBefore((request, _response, next) => {
    targets.set(request, request.url ?? "/");
    request.url = "/";
    next();
  });
  return (request) => targets.get(request) ?? "/";
}
