/** Below `/api/v1`: what the page asks for whatever it shows. */
export const streamsAddress = "/streams";
export const healthAddress = "/health";

/** What a view of a stream asks for when no filter or time is chosen. */
export const newestAddresses = (stream: string) => ({
  top: `/streams/${stream}/top`,
  hours: `/streams/${stream}/hours`,
  anomalies: `/anomalies?stream=${stream}&totals=yes`,
  rising: `/streams/${stream}/rising?limit=5`,
});

/** What a field of a stream holds, for suggestions. */
export const valuesAddress = (stream: string, field: string) =>
  `/streams/${stream}/values?of=${field}`;

/**
 * What the view at an address of the page asks first of the API, so that it can be sent along with the
 * page. What depends on filters of a stream, the page has to ask for itself.
 *
 * @param query what stands behind the `?`, which may be empty
 * @param main stream that is shown at `/`
 */
export function firstAddresses(path: string, query: string, main: string): string[] {
  const [, view = "", ...rest] = path.split("/");
  const whole = (address: string) => (query === "" ? address : `${address}?${query}`);
  const ofStream = (name: string) => (query === "" ? Object.values(newestAddresses(name)) : []);
  return [streamsAddress, healthAddress, ...ofView()];

  function ofView(): string[] {
    switch (view) {
      case "":
        return ofStream(main);
      case "streams":
        return ofStream(rest.join("/"));
      case "links":
        return [whole(`/links/${rest.join("/")}`)];
      case "users":
        return [whole(["/users", ...rest].join("/"))];
      case "search":
      case "anomalies":
        return [whole(`/${view}`)];
      default:
        return [];
    }
  }
}
