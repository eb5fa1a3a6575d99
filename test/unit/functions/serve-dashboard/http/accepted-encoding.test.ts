import { expect, test } from "vitest";
import { acceptedEncoding } from "../../../../../functions/serve-dashboard/http/accepted-encoding.ts";

test.each([
  ["gzip, deflate, br", "br"],
  ["gzip;q=0.5", "gzip"],
  ["br;q=0, gzip", "gzip"],
  ["*", "br"],
  ["identity", "identity"],
  ["br; q=0", "identity"],
  [undefined, "identity"],
])("%s takes %s", (header, encoding) => {
  expect(acceptedEncoding(header, ["br", "gzip"])).toBe(encoding);
});
