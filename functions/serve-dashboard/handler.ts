import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describeError } from "../../shared/environment/describe-error.ts";
import { describeApi } from "./api/describe-api.ts";
import type { Answer, Route, Sources } from "./api/route.ts";
import { firstAddresses } from "./first-addresses.ts";
import { acceptedEncoding } from "./http/accepted-encoding.ts";
import { ProblemError, problemBody } from "./http/problem.ts";
import { type Asset, etagOf } from "./http/read-assets.ts";
import { securityHeaders } from "./http/security-headers.ts";
import { writeCsv } from "./http/write-csv.ts";
import { TooMuchToReadError } from "./queries/query.ts";

type Dependencies = {
  routes: readonly Route[];
  /** Name of the stream that the page shows first. */
  main: string;
  sources: Sources;
  /** Files of the page by name. */
  assets: ReadonlyMap<string, Asset>;
  /** Path and query of a request, as it was sent. */
  targetOf: (request: object) => string;
  /** Whether one more request is within the rate. */
  admit: () => boolean;
  log: {
    debug: (counts: object, message: string) => void;
    error: (details: object, message: string) => void;
  };
};

type Request = { method: string; headers: Readonly<Record<string, string | string[] | undefined>> };
type Response = {
  writeHead: (status: number, headers: Record<string, string>) => unknown;
  end: (body?: Buffer | string) => unknown;
};

/** What is sent, before it is known whether the reader has it already. */
type Reply = {
  status: number;
  type: string;
  cacheControl: string;
  etag?: string;
  headers?: Record<string, string>;
  bodies: ReadonlyMap<string, Buffer>;
};

const apiPrefix = "/api/v1";
/** What is smaller grows when it is compressed, or takes longer than it saves. */
const minCompressedBytes = 1_024;
const retryAfterSeconds = "1";
/** The page does not wait longer for what it could ask for itself; ms. */
const firstAnswersMs = 20;

/** Handles one request for the page or its API. Never throws, and tells nobody's data in a failure. */
export function createHandler(dependencies: Dependencies) {
  const { routes, main, sources, assets, targetOf, admit, log } = dependencies;
  const openApi = JSON.stringify(describeApi(routes));
  const matchers = routes.map((route) => ({ route, match: matcherOf(route.path) }));

  const ask = async (path: string, query: URLSearchParams) => {
    for (const { route, match } of matchers) {
      const named = match(path);
      if (named === undefined) continue;
      const { format = "json", ...parameters } = parametersOf(query, named);
      return { route, format, answer: await route.answer({ ...parameters, format }, sources) };
    }
    throw new ProblemError("not-found");
  };

  const answerApi = async (path: string, query: string): Promise<Reply> => {
    if (path === "/openapi.json") return data("application/json", openApi);
    const { format, route, answer } = await ask(path, new URLSearchParams(query));
    return write(format, route, answer);
  };

  /** What a view asks first, where that is known at once; what is not, is on its way. */
  const firstAnswers = async (path: string, query: string): Promise<Record<string, Answer>> => {
    const known: Record<string, Answer> = {};
    const asked = firstAddresses(path, query, main).map(async (address) => {
      const [of = "", parameters] = address.split("?");
      known[address] = (await ask(of, new URLSearchParams(parameters))).answer;
    });
    // Of what fails the page is told when it asks for it.
    await Promise.race([Promise.allSettled(asked), delay(firstAnswersMs)]);
    return { ...known };
  };

  const reply = async ({ method }: Request, target: string): Promise<Reply> => {
    if (method !== "GET" && method !== "HEAD") throw new ProblemError("method-not-allowed");
    const [path = "/", ...rest] = target.split("?");
    const query = rest.join("?");
    if (path.startsWith(`${apiPrefix}/`)) {
      if (!admit()) throw new ProblemError("too-many-requests");
      return answerApi(path.slice(apiPrefix.length), query);
    }
    if (!isView(path)) return fileReply(assets.get(path.slice(1)));
    const page = assets.get("index.html");
    return page === undefined || !admit()
      ? fileReply(page)
      : data(page.type, withAnswers(page, await firstAnswers(path, query)));
  };

  return async (request: Request, response: Response): Promise<void> => {
    const answer = await reply(request, targetOf(request)).catch((error: unknown) => {
      const known = problemOf(error);
      if (known.problem === "query-failed") log.error(describeError(error), "failed");
      return refusal(known);
    });
    send(request, response, answer);
  };
}

/** Values by name; one that comes twice is wrong. */
function parametersOf(query: URLSearchParams, named: Record<string, string>) {
  const parameters: Record<string, string> = { ...named };
  for (const [name, value] of query) {
    if (Object.hasOwn(parameters, name)) {
      throw new ProblemError("invalid-parameter", [
        { path: name.slice(0, 100), message: "must come once" },
      ]);
    }
    // What is left empty in a form is not asked for.
    if (value !== "") parameters[name] = value;
  }
  return parameters;
}

/** Values of the segments in braces, for a path that a template describes. */
function matcherOf(template: string): (path: string) => Record<string, string> | undefined {
  const wanted = template.split("/");
  return (path) => {
    const segments = path.split("/");
    if (segments.length !== wanted.length) return undefined;
    const values: Record<string, string> = {};
    for (const [n, want] of wanted.entries()) {
      const segment = segments[n] ?? "";
      const name = /^\{(\w+)\}$/.exec(want)?.[1];
      if (name === undefined && want !== segment) return undefined;
      if (name !== undefined) values[name] = decodeSegment(name, segment);
    }
    return values;
  };
}

function decodeSegment(name: string, segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    const issues = [{ path: name, message: "is not percent-encoded UTF-8" }];
    throw new ProblemError("invalid-parameter", issues, { cause });
  }
}

function problemOf(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  const options = { cause: error };
  if (error instanceof TooMuchToReadError)
    return new ProblemError("too-much-to-read", undefined, options);
  return new ProblemError("query-failed", undefined, options);
}

function refusal(problem: ProblemError): Reply {
  const body = problemBody(problem);
  return {
    status: body.status,
    type: "application/problem+json",
    cacheControl: "no-store",
    headers: {
      ...(body.status === 405 && { allow: "GET, HEAD", connection: "close" }),
      ...((body.status === 429 || body.status === 503) && { "retry-after": retryAfterSeconds }),
    },
    bodies: new Map([["identity", Buffer.from(JSON.stringify(body))]]),
  };
}

function write(format: string, route: Route, { rows, ...about }: Answer): Reply {
  switch (format) {
    case "csv":
      return table(
        route,
        "text/csv; charset=utf-8",
        "csv",
        writeCsv(Object.keys(route.row.shape), rows),
      );
    case "ndjson": {
      const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
      return table(route, "application/x-ndjson", "ndjson", lines);
    }
    default:
      return data("application/json", JSON.stringify({ ...about, rows }));
  }
}

function table(route: Route, type: string, extension: string, text: string): Reply {
  const name = route.path.replace(/[^\w]+/g, "-").replace(/^-|-$/g, "");
  const disposition = `attachment; filename="hourtally-${name}.${extension}"`;
  return { ...data(type, text), headers: { "content-disposition": disposition } };
}

function data(type: string, text: string): Reply {
  const body = Buffer.from(text);
  const bodies = new Map([["identity", body]]);
  if (body.length >= minCompressedBytes) bodies.set("gzip", gzipSync(body, { level: 4 }));
  return { status: 200, type, cacheControl: "private, no-cache", etag: etagOf(body), bodies };
}

/** Every path that is no file is a view, which the page itself knows. */
const isView = (path: string): boolean => !/\.\w+$/.test(path) || /^\/(?:links|users)\//.test(path);

function fileReply(asset: Asset | undefined): Reply {
  if (asset === undefined) throw new ProblemError("not-found");
  return {
    status: 200,
    type: asset.type,
    cacheControl: asset.isNamedByContent
      ? "private, max-age=31536000, immutable"
      : "private, no-cache",
    etag: asset.etag,
    bodies: asset.bodies,
  };
}

/** The page with answers by their addresses, as data that nothing runs and no markup ends. */
function withAnswers({ bodies }: Asset, answers: Record<string, Answer>): string {
  const json = JSON.stringify(answers).replaceAll("<", "\\u003c");
  const html = bodies.get("identity")?.toString() ?? "";
  return html.replace(/(?<=<script type="application\/json" id="answers">)\{\}/, () => json);
}

function send({ method, headers }: Request, response: Response, answer: Reply): void {
  const { status, type, cacheControl, etag, bodies } = answer;
  const always = { ...securityHeaders, "cache-control": cacheControl, vary: "accept-encoding" };
  const tag = etag === undefined ? {} : { etag };
  if (status === 200 && etag !== undefined && knows(headers["if-none-match"], etag)) {
    response.writeHead(304, { ...always, ...tag });
    response.end();
    return;
  }
  const offered = [...bodies.keys()].filter((one) => one !== "identity").toSorted();
  const accepted = headers["accept-encoding"];
  const encoding = acceptedEncoding(typeof accepted === "string" ? accepted : undefined, offered);
  const body = bodies.get(encoding) ?? Buffer.alloc(0);
  response.writeHead(status, {
    ...always,
    ...tag,
    "content-type": type,
    "content-length": String(body.length),
    ...(encoding !== "identity" && { "content-encoding": encoding }),
    ...answer.headers,
  });
  response.end(method === "HEAD" ? undefined : body);
}

const knows = (header: string | string[] | undefined, etag: string): boolean =>
  typeof header === "string" &&
  header.split(",").some((one) => one.trim() === etag || one.trim() === "*");
