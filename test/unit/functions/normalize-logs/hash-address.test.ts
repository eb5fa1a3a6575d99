import { expect, test } from "vitest";
import { createAddressHasher } from "../../../../functions/normalize-logs/hash-address.ts";

const secret = Buffer.from("0123456789abcdef");

test("an address has one name a day, and another each day and for each secret", () => {
  const hash = createAddressHasher(secret);
  const today = hash("1.2.3.4", "2026-01-01");
  expect(today).toMatch(/^ip:[\w-]{16}$/);
  expect(hash("1.2.3.4", "2026-01-01")).toBe(today);
  expect(createAddressHasher(secret)("1.2.3.4", "2026-01-01")).toBe(today);
  const others = [
    hash("1.2.3.4", "2026-01-02"),
    hash("1.2.3.5", "2026-01-01"),
    createAddressHasher(Buffer.from("0123456789abcdeg"))("1.2.3.4", "2026-01-01"),
  ];
  expect(new Set([today, ...others]).size).toBe(4);
});
