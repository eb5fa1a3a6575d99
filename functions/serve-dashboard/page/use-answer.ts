import { useEffect, useState } from "preact/hooks";
import type { Answers } from "./answers.ts";
import { firstAnswer, forgetFirstAnswer } from "./first-answers.ts";

/** What is known of an address of the API: an older answer stays until there is a newer one. */
export type Known<Answer> = {
  answer: Answer | undefined;
  problem: string | undefined;
  isLoading: boolean;
};

/** How often an address is asked again while somebody looks; the server knows its answer for as long. */
const refreshMs = 5_000;

/** The answer of an address below `/api/v1`, kept fresh as long as the page is looked at. */
export function useAnswer<Kind extends keyof Answers>(
  address: string | undefined,
  kind: Kind,
): Known<Answers[Kind]> {
  const [known, setKnown] = useState<Known<Answers[Kind]> & { address: string | undefined }>(() => {
    const answer = address === undefined ? undefined : firstAnswer(address, kind);
    return { address, answer, problem: undefined, isLoading: answer === undefined };
  });
  useEffect(() => {
    if (address === undefined) return undefined;
    forgetFirstAnswer(address);
    const leaving = new AbortController();
    const ask = async () => {
      const { signal } = leaving;
      try {
        const answer = await read(address, kind, signal);
        if (!signal.aborted) setKnown({ address, answer, problem: undefined, isLoading: false });
      } catch (error) {
        if (signal.aborted) return;
        const problem = error instanceof Error ? error.message : "The server cannot be reached";
        setKnown((before) => ({
          address,
          answer: before.address === address ? before.answer : undefined,
          problem,
          isLoading: false,
        }));
      }
    };
    if (known.address === address && known.answer !== undefined) {
      setKnown((before) => (before.isLoading ? { ...before, isLoading: false } : before));
    } else {
      setKnown((before) => ({ ...before, isLoading: true }));
      void ask();
    }
    const timer = setInterval(() => document.hidden || void ask(), refreshMs);
    return () => {
      leaving.abort();
      clearInterval(timer);
    };
  }, [address]);
  return known;
}

async function read<Kind extends keyof Answers>(
  address: string,
  kind: Kind,
  signal: AbortSignal,
): Promise<Answers[Kind]> {
  // The browser sends the tag of what it has, and gives that back when nothing has changed.
  const asked = fetch(`/api/v1${address}`, { signal, cache: "no-cache" });
  const [response, { readAnswer }] = await Promise.all([asked, import("./answers.ts")]).catch(
    () => {
      throw new Error("The server cannot be reached. Trying again …");
    },
  );
  const body: unknown = await response.json();
  if (response.ok) return readAnswer(kind, body);
  throw new Error(titleOf(body) ?? `The server answers ${response.status}`);
}

function titleOf(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null || !("title" in body)) return undefined;
  const issues = "issues" in body && Array.isArray(body.issues) ? body.issues : [];
  const told = issues.map((one: { path?: unknown; message?: unknown }) =>
    [one.path, one.message].filter(Boolean).join(": "),
  );
  return [String(body.title), ...told].join(". ");
}
