import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { ownOnly } from "../own-only.cjs";
import { portOf } from "../tcp-port.ts";
import type { ApiAnswer, StorageContext } from "./api-request.ts";
import { openCatalog } from "./open-catalog.ts";
import { createResumableUploads } from "./resume-upload.ts";
import { routeRequest } from "./route-request.ts";
import { startNotifier } from "./start-notifier.ts";
import { StorageError } from "./storage-error.ts";

/** Longer than a client keeps an idle connection, so that it never writes into a closing one. */
const keepAliveMs = 620_000;
const stopGraceMs = 2_000;

export type StorageOptions = {
  /** Absent: one that is free. */
  port?: number;
  /** Where objects live; made when absent, taken up again when not. One server at a time. */
  directory: string;
  /** Delivers a notification; a rejection means it is tried again. `topic` is `projects/P/topics/T`. */
  publish: (topic: string, data: Uint8Array, attributes: Record<string, string>) => Promise<void>;
};

/**
 * Starts the local Cloud Storage on 127.0.0.1: the part of the JSON API that Google's client uses,
 * for `STORAGE_EMULATOR_HOST=<url>`. No access control: every
 * program of this machine may do everything.
 *
 * @throws when the port is taken or the directory's journal is damaged
 */
export async function startStorage(
  options: StorageOptions,
): Promise<{ url: string; stop: () => Promise<void> }> {
  const catalog = openCatalog(options.directory, Date.now);
  const notifier = startNotifier({
    publish: options.publish,
    published: (id) => catalog.commit({ change: "notification-published", id }),
    sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(() => {}),
    gaveUp: ({ topic }, error) =>
      logError(`A storage notification to ${topic} waits for the next start`, error),
  });

  const server = createServer({ requestTimeout: 0, keepAliveTimeout: keepAliveMs });
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", () => {
      resolve(portOf(server.address()));
    });
  }).catch((error: unknown) => {
    catalog.close();
    throw error;
  });
  const url = `http://127.0.0.1:${port}`;
  const context: StorageContext = { catalog, url, notify: notifier.send };
  const uploads = createResumableUploads(context);
  const answering = new Set<Promise<void>>();
  const serve = ownOnly((message, response) => {
    const answered = answerRequest(message, response, async (query, path) =>
      routeRequest(context, uploads, { query, message }, path),
    ).finally(() => answering.delete(answered));
    answering.add(answered);
  });
  server.on("request", serve);
  notifier.send([...catalog.pendingNotifications()]);

  return {
    url,
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await Promise.all(answering);
      await notifier.stop(stopGraceMs);
      catalog.close();
    },
  };
}

async function answerRequest(
  message: IncomingMessage,
  response: ServerResponse,
  operate: (query: URLSearchParams, path: string) => Promise<ApiAnswer>,
): Promise<void> {
  const [path, search] = splitUrl(message.url ?? "");
  const query = new URLSearchParams(search);
  let answer: ApiAnswer;
  try {
    answer = await operate(query, path);
  } catch (error) {
    if (message.destroyed && !message.complete) {
      // The client went away in mid-request: there is nobody to answer and nothing to repair.
      response.destroy();
      return;
    }
    answer = describeError(error, query.get("alt") === "media");
  }
  try {
    await drain(message);
    await send(response, answer);
  } catch {
    // The client has gone, or the bytes cannot be read: half an answer must not look like a whole.
    answer.stream?.destroy();
    response.destroy();
  }
}

function splitUrl(url: string): [string, string] {
  const mark = url.indexOf("?");
  return mark < 0 ? [url, ""] : [url.slice(0, mark), url.slice(mark + 1)];
}

/** Reads what is left of a body: a client that is still sending does not listen yet. */
async function drain(message: IncomingMessage): Promise<void> {
  for await (const _rest of message.iterator({ destroyOnReturn: false })) {
    // Only taken off the connection.
  }
}

async function send(response: ServerResponse, answer: ApiAnswer): Promise<void> {
  const headers = answer.headers ?? {};
  if (answer.stream !== undefined) {
    response.writeHead(answer.status, headers);
    await pipeline(answer.stream, response);
    return;
  }
  const { json, text = "" } = answer;
  const body = json === undefined ? text : `${JSON.stringify(json, undefined, 1)}\n`;
  const contentType = json === undefined ? "text/plain" : "application/json";
  response.writeHead(answer.status, {
    ...(body !== "" && { "content-type": `${contentType}; charset=UTF-8` }),
    ...(answer.status !== 204 &&
      answer.status !== 304 && {
        "content-length": Buffer.byteLength(body),
      }),
    ...headers,
  });
  response.end(body);
}

/** An error in the shape of Google's APIs; to a download, whose client shows it as it is, as text. */
function describeError(error: unknown, media: boolean): ApiAnswer {
  if (!(error instanceof StorageError)) {
    logError("A request to the local Cloud Storage failed", error);
  }
  const { status, reason, message } =
    error instanceof StorageError
      ? error
      : new StorageError(500, "backendError", "Internal error; see the log of the local cloud.");
  if (status === 304) return { status };
  const errors = [{ message, domain: "global", reason }];
  return {
    status,
    ...(media ? { text: message } : { json: { error: { code: status, message, errors } } }),
  };
}

function logError(message: string, error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  console.error(JSON.stringify({ severity: "ERROR", message: `${message}: ${reason}` }));
}
