import { expect, test } from "vitest";
import { parseConfig } from "../../../../functions/bucket-hours/config.ts";

test("names what is missing", () => {
  expect(() => parseConfig({})).toThrow("GOOGLE_CLOUD_PROJECT");
});

test("reads the variables of its function.json", () => {
  const variables = {
    GOOGLE_CLOUD_PROJECT: "p",
    TOPIC_PREFIX: "acme-",
    FUNCTION_VERSION: "v1",
    LOG_LEVEL: "warn",
  };
  expect(parseConfig(variables)).toMatchObject({ projectId: "p", topicPrefix: "acme-" });
});
