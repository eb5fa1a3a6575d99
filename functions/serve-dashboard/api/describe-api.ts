import * as z from "zod";
import type { Route } from "./route.ts";

const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

const jsonSchema = (schema: z.ZodType, io: "input" | "output") => {
  const { $schema: _dialect, ...described } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
  });
  return described;
};

/** The API as OpenAPI 3.1, from the same schemas that check what is asked and answered. */
export function describeApi(routes: readonly Route[]): Record<string, unknown> {
  return {
    openapi: "3.1.0",
    info: {
      title: "Hourtally",
      version: "1",
      description:
        "Exact hourly counts. Hours are UTC and named by their start; every table is JSON, CSV or " +
        "newline-delimited JSON by `format`.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/api/v1" }],
    paths: Object.fromEntries(routes.map((route) => [route.path, { get: describeRoute(route) }])),
    components: { schemas: { Problem: jsonSchema(problem, "output") } },
  };
}

function describeRoute({ path, summary, parameters, row, about }: Route) {
  const body = z.object({ ...about, rows: z.array(row) });
  return {
    operationId: path
      .replace(/[/{}]+/g, " ")
      .trim()
      .replaceAll(" ", "-"),
    summary,
    parameters: describeParameters(path, parameters),
    responses: {
      200: {
        description: "The answer",
        headers: { ETag: { description: "For If-None-Match", schema: { type: "string" } } },
        content: {
          "application/json": { schema: jsonSchema(body, "output") },
          "text/csv": { schema: { type: "string" } },
          "application/x-ndjson": { schema: { type: "string" } },
        },
      },
      304: { description: "What is known already is still right" },
      ...Object.fromEntries(
        [400, 404, 405, 422, 429, 503].map((status) => [
          status,
          {
            description: "A problem (RFC 9457)",
            content: {
              "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
            },
          },
        ]),
      ),
    },
  };
}

function describeParameters(path: string, parameters: z.ZodObject) {
  const { properties = {}, required = [] } = jsonSchema(parameters, "input");
  return Object.entries(properties).map(([name, schema]) => {
    const isInPath = path.includes(`{${name}}`);
    const { description, ...rest } = typeof schema === "object" ? schema : {};
    return {
      name,
      in: isInPath ? "path" : "query",
      required: isInPath || required.includes(name),
      ...(description !== undefined && { description }),
      schema: rest,
    };
  });
}
