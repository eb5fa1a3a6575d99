import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { gunzipSync } from "node:zlib";

import { ownOnly } from "../../own-only.cjs";
import { BigqueryError } from "../bigquery-error.ts";
import { datasetRoutes } from "./dataset-routes.ts";
import { discoveryRoutes } from "./discovery-routes.ts";
import { jobRoutes } from "./job-routes.ts";
import { projectRoutes } from "./project-routes.ts";
import { queryRoutes } from "./query-routes.ts";
import type { Answer, Route, Services } from "./route.ts";
import { tableRoutes } from "./table-routes.ts";
import { tabledataRoutes } from "./tabledata-routes.ts";

const largestBodyBytes = 12_000_000;

/**
 * Serves the BigQuery REST API v2, one file a resource.
 *
 * Paths are taken with and without the `/bigquery/v2` that the emulator variable leaves out. What
 * is not here answers 501 `notImplemented`.
 */
export function serveRest(services: Services): Server {
  const routes = [
    ...datasetRoutes(services),
    ...discoveryRoutes(),
    ...jobRoutes(services),
    ...projectRoutes(services),
    ...queryRoutes(services),
    ...tableRoutes(services),
    ...tabledataRoutes(services),
  ];
  const serve = ownOnly((request, response) => {
    answer(routes, request)
      .then(({ status = 200, body }) => send(response, status, body))
      .catch((error: unknown) => {
        const refusal =
          error instanceof BigqueryError
            ? error
            : new BigqueryError(
                "internalError",
                error instanceof Error ? error.message : "unknown",
              );
        send(response, refusal.code, errorBody(refusal));
      });
  });
  return createServer(serve);
}

async function answer(routes: readonly Route[], request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  for (const { method, path, handle } of routes) {
    const match = path.exec(url.pathname);
    if (!match || method !== request.method) continue;
    const at = (name: string) => decodeURIComponent(match.groups?.[name] ?? "");
    if (match.groups && "project" in match.groups && !/^[A-Za-z0-9:.-]+$/.test(at("project"))) {
      throw new BigqueryError("invalid", `Invalid project ID '${at("project")}'.`);
    }
    return handle({ at, query: url.searchParams, body: await readJson(request) });
  }
  throw new BigqueryError(
    "notImplemented",
    `${request.method} ${url.pathname} is not implemented by the local BigQuery`,
  );
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    const bytes = Buffer.from(part);
    length += bytes.length;
    if (length > largestBodyBytes)
      throw new BigqueryError("invalid", "Request payload is too large");
    parts.push(bytes);
  }
  if (length === 0) return undefined;
  try {
    const bytes = Buffer.concat(parts);
    const packed = request.headers["content-encoding"] === "gzip";
    const text = packed ? gunzipSync(bytes, { maxOutputLength: largestBodyBytes }) : bytes;
    return JSON.parse(text.toString("utf8"));
  } catch (cause) {
    throw new BigqueryError("invalid", "Invalid JSON payload received.", { cause });
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = status;
  if (body === undefined) {
    response.end();
    return;
  }
  response.setHeader("content-type", "application/json; charset=UTF-8");
  response.end(JSON.stringify(body));
}

function errorBody(error: BigqueryError) {
  const { code, message, reason, status } = error;
  const location = reason === "invalidQuery" ? { location: "q", locationType: "parameter" } : {};
  const errors = [{ message, domain: "global", reason, ...location }];
  return { error: { code, message, errors, status } };
}
