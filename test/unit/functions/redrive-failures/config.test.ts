import { expect, test } from "vitest";
import { parseConfig } from "../../../../functions/redrive-failures/config.ts";

const least = { GOOGLE_CLOUD_PROJECT: "p", BIGQUERY_DATASET: "hourtally_1" };

test("a query may read one TiB unless the variables say otherwise", () => {
  expect(parseConfig(least)).toMatchObject({
    projectId: "p",
    dataset: "hourtally_1",
    topicPrefix: "",
    maximumBytesBilled: "1099511627776",
  });
  expect(parseConfig(least).location).toBeUndefined();
  const said = { ...least, MAXIMUM_BYTES_BILLED: "5", BIGQUERY_LOCATION: "EU" };
  expect(parseConfig({ ...said, TOPIC_PREFIX: "acme-" })).toMatchObject({
    location: "EU",
    topicPrefix: "acme-",
    maximumBytesBilled: "5",
  });
});

test.each([
  ["BIGQUERY_DATASET", "other.hourtally"],
  ["MAXIMUM_BYTES_BILLED", "1e9"],
  ["BIGQUERY_LOCATION", ""],
  ["TOPIC_PREFIX", "acme"],
])("what cannot be meant is refused by name: %s", (name, value) => {
  expect(() => parseConfig({ ...least, [name]: value })).toThrow(name);
});
