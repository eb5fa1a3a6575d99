import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import { UserError } from "./cli/user-error.ts";
import { findTarget } from "./find-target.ts";

/** For the `--help` of commands. */
export const tokenHelp = (command: string): string =>
  `For a function in Google Cloud, HOURTALLY_ID_TOKEN must hold a token of someone who may invoke it:
  HOURTALLY_ID_TOKEN=$(gcloud auth print-identity-token) npm run ${command} -- …`;

/** @throws {UserError} when a `--url` is none. */
export function readUrl(url: string | undefined): string | undefined {
  if (url === undefined || (/^https?:/.test(url) && URL.canParse(url))) return url;
  throw new UserError(`--url ${url}: must be a URL, https://…`);
}

/** A --url says by itself where it is: only without one it has to be found out. */
export async function findFunction(
  name: string,
  {
    url,
    project,
  }: {
    url?: string | undefined;
    project?: string | undefined;
  },
): Promise<{ url: string; place: string }> {
  if (url !== undefined) {
    return { url, place: project === undefined ? `at ${url}` : `in project ${project}, at ${url}` };
  }
  const { functions, place } = await findTarget(process.env, { project });
  const known = functions[name];
  if (known !== undefined) return { url: known, place: `in ${place}` };
  throw new UserError(
    `name the function ${name} of ${place} with --url URL: see terraform -chdir=terraform output functions`,
  );
}

const attempts = 6;

/** A private function, and where it is called. */
type CalledFunction = { name: string; url: string; timeoutMs: number };

/**
 * Calls a function that may be called again, whatever became of the call before, until it answers.
 * @param signal ends the attempts, but not the call that is under way
 * @throws {UserError} when it may not be called, or is another one.
 */
export async function callFunction<T>(
  { name, url, timeoutMs }: CalledFunction,
  body: object,
  answer: z.ZodType<T>,
  signal: AbortSignal,
): Promise<T> {
  requireSafeWay(url);
  const { status, text } = await postUntilAnswered({ name, url, timeoutMs }, body, signal);
  if (status === 401 || status === 403) {
    throw new UserError(`${url} answers ${status}: set HOURTALLY_ID_TOKEN, see --help`);
  }
  const answered = status === 200 ? answer.safeParse(parseJson(text)).data : undefined;
  if (answered !== undefined) return answered;
  const refusal = status === 200 ? undefined : readProblem(text);
  if (refusal === undefined) throw new UserError(`${url} is not ${name}`);
  throw new Error(`${name} answers ${status}: ${refusal}`);
}

/** The first answer that another attempt would not change. */
async function postUntilAnswered(
  { name, url, timeoutMs }: CalledFunction,
  body: object,
  signal: AbortSignal,
): Promise<{ status: number; text: string }> {
  let failure: unknown;
  for (let attempt = 0; attempt < attempts && !signal.aborted; attempt++) {
    if (attempt > 0) await delay(500 * 2 ** attempt);
    try {
      // Not aborted by Ctrl-C: what is under way is finished first.
      const answer = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", ...authorization() },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const { status } = answer;
      const text = await answer.text();
      if (status < 500 && status !== 429) return { status, text };
      failure = new Error(`${name} answers ${status}: ${readProblem(text) ?? "no reason told"}`);
    } catch (error) {
      failure = error;
    }
  }
  throw new Error("it stopped half-way; the same command goes on", { cause: failure });
}

function authorization(): Record<string, string> {
  const token = process.env.HOURTALLY_ID_TOKEN;
  return token ? { authorization: `Bearer ${token}` } : {};
}

/** @throws {UserError} when whoever listens on the way would have the token. */
function requireSafeWay(url: string): void {
  const { protocol, hostname } = new URL(url);
  const isLoopback = /^(?:localhost|\[::1\]|127(?:\.\d+){3})$/.test(hostname);
  if (!process.env.HOURTALLY_ID_TOKEN || protocol === "https:" || isLoopback) return;
  throw new UserError(
    `HOURTALLY_ID_TOKEN is never sent over http: name the function with --url https://${hostname}/`,
  );
}

const problem = z.object({
  title: z.string(),
  issues: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
});

/** What `application/problem+json` tells; undefined for anything else. */
function readProblem(text: string): string | undefined {
  const { data } = problem.safeParse(parseJson(text));
  if (data === undefined) return undefined;
  const issues = data.issues.map(({ path, message }) => `\n  ${path}: ${message}`);
  return `${data.title}${issues.join("")}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
