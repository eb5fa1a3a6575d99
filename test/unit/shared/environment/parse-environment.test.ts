import { describe, expect, test } from "vitest";
import * as z from "zod";
import { commonConfig, commonVariables } from "../../../../shared/environment/common-variables.ts";
import { parseEnvironment } from "../../../../shared/environment/parse-environment.ts";

const schema = z.object(commonVariables);
const parse = (environment: Record<string, string>) =>
  commonConfig(parseEnvironment(schema, { GOOGLE_CLOUD_PROJECT: "p", ...environment }));

describe("the environment of every function", () => {
  test("needs no more than a project", () => {
    expect(parse({})).toEqual({
      projectId: "p",
      topicPrefix: "",
      functionVersion: "unknown",
      logLevel: "info",
    });
  });

  test("says whose topics these are, which release this is, and how much it logs", () => {
    expect(parse({ TOPIC_PREFIX: "acme-", K_REVISION: "r-1", LOG_LEVEL: "debug" })).toEqual({
      projectId: "p",
      topicPrefix: "acme-",
      functionVersion: "r-1",
      logLevel: "debug",
    });
  });

  test.each(["", "a-", "a123456789-"])("takes the prefix %j", (prefix) => {
    expect(parse({ TOPIC_PREFIX: prefix }).topicPrefix).toBe(prefix);
  });

  test.each(["acme", "-", "Acme-", "1a-", "a-b-", "a1234567890-", "a-\n"])(
    "refuses the prefix %j",
    (prefix) => {
      expect(() => parse({ TOPIC_PREFIX: prefix })).toThrow(
        "TOPIC_PREFIX: must be 1 to 10 letters and digits and a hyphen",
      );
    },
  );

  test.each(["debug", "info", "warn", "error"])("takes the level %s", (level) => {
    expect(parse({ LOG_LEVEL: level }).logLevel).toBe(level);
  });
});

test("names each variable that is wrong, never its value", () => {
  const environment = { GOOGLE_CLOUD_PROJECT: "", LOG_LEVEL: "secret" };
  let thrown: unknown;
  try {
    parseEnvironment(schema, environment);
  } catch (error) {
    thrown = error;
  }
  expect(String(thrown)).toMatch(
    /^ConfigError: set these environment variables: GOOGLE_CLOUD_PROJECT: .+; LOG_LEVEL: /,
  );
  expect(String(thrown)).not.toContain("secret");
});

test("names a variable in a group by its path", () => {
  const lake = z.string().transform(() => ({}));
  const grouped = z.object({ LAKE: lake.pipe(z.object({ bucket: z.string() })) });
  expect(() => parseEnvironment(grouped, { LAKE: "none" })).toThrow("LAKE.bucket: ");
});
