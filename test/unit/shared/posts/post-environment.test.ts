import { expect, test } from "vitest";
import { parseEnvironment } from "../../../../shared/environment/parse-environment.ts";
import { postEnvironment } from "../../../../shared/posts/post-environment.ts";

const configOf = (variables: Record<string, string>) =>
  parseEnvironment(postEnvironment, { GOOGLE_CLOUD_PROJECT: "p", ...variables });

test("texts are kept, unless a variable says otherwise", () => {
  expect(configOf({})).toEqual({
    projectId: "p",
    topicPrefix: "",
    functionVersion: "unknown",
    logLevel: "info",
    storesText: true,
  });
  expect(configOf({ STORE_TEXT: "true" }).storesText).toBe(true);
  expect(configOf({ STORE_TEXT: "false", TOPIC_PREFIX: "acme-" })).toMatchObject({
    topicPrefix: "acme-",
    storesText: false,
  });
});

test.each(["", "no", "1", "TRUE"])("whether they are is told by two words, not by %j", (text) => {
  expect(() => configOf({ STORE_TEXT: text })).toThrow("STORE_TEXT");
});
