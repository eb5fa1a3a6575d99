import * as z from "zod";
import { issuesOf } from "../../../shared/events/issues-of.ts";
import { ProblemError } from "../http/problem.ts";
import type { Ask } from "../queries/query.ts";

/** What answers are made of. */
export type Sources = {
  ask: Ask;
  /** ms since 1970, UTC. */
  now: () => number;
  /** How many queries this instance has run. */
  queries: () => number;
};

/** A table of rows, with what is said of all of it. */
export type Answer = { rows: Record<string, unknown>[]; [about: string]: unknown };

type Declaration<Parameters extends z.ZodObject> = {
  /** Below `/api/v1`; `{name}` is a segment that is also a parameter. */
  path: string;
  summary: string;
  parameters: Parameters;
  /** One row of its table. */
  row: z.ZodObject;
  /** What stands beside the rows. */
  about: z.ZodRawShape;
  answer: (parameters: z.output<Parameters>, sources: Sources) => Promise<Answer>;
};

/** One address of the API. */
export type Route = Omit<Declaration<z.ZodObject>, "answer"> & {
  /** @throws {ProblemError} when a parameter is wrong. */
  answer: (raw: Readonly<Record<string, string>>, sources: Sources) => Promise<Answer>;
};

/** How the rows of an answer are written; every table has all three. */
export const format = z
  .enum(["json", "csv", "ndjson"])
  .default("json")
  .meta({ description: "How the rows are written" });

export function declareRoute<Parameters extends z.ZodObject>({
  answer,
  ...declared
}: Declaration<Parameters>): Route {
  return {
    ...declared,
    answer: async (raw, sources) => {
      const parsed = declared.parameters.safeParse(raw);
      if (!parsed.success) throw new ProblemError("invalid-parameter", issuesOf(parsed.error));
      return answer(parsed.data, sources);
    },
  };
}

/** A wrong parameter that only the whole request tells. */
export const refuse = (path: string, message: string): ProblemError =>
  new ProblemError("invalid-parameter", [{ path, message }]);
