import { expect, test } from "vitest";
import { lookUpAmong } from "../../../../shared/network/look-up-among.ts";

const inside = { address: "10.0.0.1", family: 4 };
const outside = { address: "8.8.8.8", family: 4 };
const outside6 = { address: "2606:4700::1111", family: 6 };

/** What a connection to `example.com` is told, whose name has these addresses. */
function lookUp(
  addresses: { address: string; family: number }[],
  options: { all?: boolean; family?: number } = {},
  error: Error | null = null,
) {
  const asked: unknown[] = [];
  const answers: unknown[] = [];
  const lookup = lookUpAmong(
    (hostname, given, callback) => {
      asked.push({ hostname, ...given });
      callback(error, addresses);
    },
    (address) => !address.startsWith("10."),
    (hostname, problem) => new Error(`${hostname} ${problem}`),
  );
  lookup("example.com", options, (...answer) => answers.push(answer));
  return { asked, answers };
}

test("a connection that takes one address gets the first, when all are allowed", () => {
  expect(lookUp([outside6, outside])).toEqual({
    asked: [{ hostname: "example.com", all: true }],
    answers: [[null, "2606:4700::1111", 6]],
  });
});

test("a connection that tries several addresses gets all, of the family that it wants", () => {
  expect(lookUp([outside, outside6], { all: true, family: 0 })).toEqual({
    asked: [{ hostname: "example.com", all: true, family: 0 }],
    answers: [[null, [outside, outside6]]],
  });
});

test("all addresses are looked at although the connection takes one", () => {
  expect(lookUp([outside], { all: false }).asked).toEqual([{ hostname: "example.com", all: true }]);
});

test.each([
  { name: "one of its addresses is not allowed", addresses: [outside, inside] },
  { name: "its only address is not allowed", addresses: [inside] },
])("nothing is connected to when $name", ({ addresses }) => {
  const refused = new Error("example.com has an address that is not public");
  expect(lookUp(addresses).answers).toEqual([[refused, "", 0]]);
  expect(lookUp(addresses, { all: true }).answers).toEqual([[refused, "", 0]]);
});

test("a name without an address is refused", () => {
  expect(lookUp([]).answers).toEqual([[new Error("example.com has no address"), "", 0]]);
});

test("what goes wrong in looking up is told as it is", () => {
  const error = new Error("getaddrinfo ENOTFOUND example.com");
  expect(lookUp([], {}, error).answers).toEqual([[error, "", 0]]);
});
