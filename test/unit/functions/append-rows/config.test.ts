import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../../functions/append-rows/config.ts";

const least = { GOOGLE_CLOUD_PROJECT: "p", BIGQUERY_DATASET: "hourtally_1" };

describe("the variables", () => {
  test("say where rows go", () => {
    const endpoint = "http://127.0.0.1:9060";
    expect(parseConfig({ ...least, BIGQUERY_WRITE_ENDPOINT: endpoint })).toMatchObject({
      projectId: "p",
      dataset: "hourtally_1",
      writeEndpoint: endpoint,
    });
  });

  test("may leave the endpoint to Google's client", () => {
    expect(parseConfig(least).writeEndpoint).toBeUndefined();
  });

  test.each([
    ["no dataset", "BIGQUERY_DATASET", undefined],
    ["a dataset of another project", "BIGQUERY_DATASET", "other.hourtally"],
    ["a dataset with a space before it", "BIGQUERY_DATASET", " hourtally"],
    ["a dataset with a table", "BIGQUERY_DATASET", "hourtally.posts"],
    ["an endpoint without a protocol", "BIGQUERY_WRITE_ENDPOINT", "localhost:9060"],
    ["an endpoint of another protocol", "BIGQUERY_WRITE_ENDPOINT", "shttp://127.0.0.1:9060"],
    ["an endpoint of a longer protocol", "BIGQUERY_WRITE_ENDPOINT", "httpx://127.0.0.1:9060"],
  ])("are refused with %s, by name", (_, name, value) => {
    expect(() => parseConfig({ ...least, [name]: value })).toThrow(name);
  });

  test("may name an endpoint with TLS", () => {
    const endpoint = "https://bigquerystorage.example";
    expect(parseConfig({ ...least, BIGQUERY_WRITE_ENDPOINT: endpoint }).writeEndpoint).toBe(
      endpoint,
    );
  });
});
