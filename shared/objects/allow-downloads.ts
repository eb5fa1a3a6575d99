import { EventEmitter } from "node:events";

/** Of Google's client, or one of its buckets: what may change the options of a request. */
export type Intercepted = {
  interceptors: { push(interceptor: { request(options: object): object }): unknown };
};

/**
 * Prepares a client of Cloud Storage for several downloads at once. When one of them breaks or is left,
 * the client closes every connection of the agent that its requests share (`File.createReadStream` of
 * 8.4), and with it each download and upload beside it: they shall use Node's own, which it lets be. It
 * also listens eleven times to each download, of which Node would report a leak on stderr.
 */
export function allowDownloads({ interceptors }: Intercepted): void {
  EventEmitter.defaultMaxListeners = 20;
  interceptors.push({ request: (options) => ({ ...options, forever: false }) });
}
