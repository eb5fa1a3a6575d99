import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import type { PendingNotification } from "./catalog-schema.ts";
import type { Catalog } from "./open-catalog.ts";
import { invalidRequest } from "./storage-error.ts";

/** What every operation works with. */
export type StorageContext = {
  catalog: Catalog;
  /** Where the server is reached, `http://127.0.0.1:PORT`. */
  url: string;
  /** Sends notifications that have been committed, in the background. */
  notify: (notifications: readonly PendingNotification[]) => void;
};

/** One request to an operation; names in the path are already decoded. */
export type ApiRequest = {
  query: URLSearchParams;
  message: IncomingMessage;
};

/** What an operation answers: JSON, text, a stream of bytes, or only a status and headers. */
export type ApiAnswer = {
  status: number;
  headers?: Record<string, string | number>;
  json?: unknown;
  text?: string;
  stream?: Readable;
};

/** What a resource answers; undefined where it has no such operation. */
export type RoutedAnswer = ApiAnswer | Promise<ApiAnswer> | undefined;

const maxJsonBytes = 1_048_576;

/** The bytes of a request; leaving early keeps the connection, so that the refusal can be sent. */
export function readBody(request: ApiRequest): AsyncIterable<Buffer> {
  return request.message.iterator({ destroyOnReturn: false });
}

/**
 * Reads a request's JSON; an empty body is an empty object.
 *
 * @throws StorageError 400 when it is not JSON, not UTF-8, or over 1 MiB
 */
export async function readJson(request: ApiRequest): Promise<unknown> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const bytes of readBody(request)) {
    size += bytes.length;
    if (size > maxJsonBytes) throw invalidRequest("The JSON of a request must not exceed 1 MiB.");
    pieces.push(bytes);
  }
  return parseJson(Buffer.concat(pieces));
}

/** @throws StorageError 400 */
export function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return {};
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw Object.assign(invalidRequest("Parse Error: the body is not JSON."), { cause: error });
  }
}
