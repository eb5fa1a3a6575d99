import { expect, test } from "vitest";
import { parseConfig } from "../../../../functions/serve-dashboard/config.ts";

const least = { GOOGLE_CLOUD_PROJECT: "p", BIGQUERY_DATASET: "d" };

test("has a limit for bytes and for requests without being told one", () => {
  expect(parseConfig(least)).toMatchObject({
    projectId: "p",
    dataset: "d",
    maximumBytesBilled: "21474836480",
    requestsPerSecond: 100,
  });
});

test.each([
  ["BIGQUERY_DATASET", "a`b"],
  ["PAGE_BYTES_BILLED", "much"],
  ["REQUESTS_PER_SECOND", "0"],
])("%s may not be %s", (name, value) => {
  expect(() => parseConfig({ ...least, [name]: value })).toThrow(name);
});
