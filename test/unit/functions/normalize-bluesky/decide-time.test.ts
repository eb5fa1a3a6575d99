import { describe, expect, test } from "vitest";
import { decideTime, keyTime } from "../../../../functions/normalize-bluesky/decide-time.ts";

const at = (text: string) => Date.parse(text);

test("a key that is a TID tells its time", () => {
  expect(keyTime("3mptbyoeyc22k")).toBe(at("2026-07-04T14:38:06.240Z"));
});

test.each([
  "self",
  "x3mptbyoeyc22k",
  "3mptbyoeyc22kx",
  "3mptbyoeyc22",
  "zmptbyoeyc22k",
  "3mptbyoeyc218",
])("the key %s tells none", (rkey) => {
  expect(keyTime(rkey)).toBeUndefined();
});

describe("a time is possible until an hour after", () => {
  const seenAt = at("2026-07-04T14:38:08Z");
  const decide = (createdAt: string, more: object = {}) =>
    decideTime({ createdAt, rkey: "self", seenAt, now: at("2026-07-05T00:00:00Z"), ...more });

  test("the network saw it, also of a post that comes late", () => {
    expect(decide("2026-07-04T15:38:08Z")).toBe(at("2026-07-04T15:38:08Z"));
    expect(decide("2026-07-04T15:38:08.001Z")).toBe(seenAt);
  });

  test("now, where the network says that it was later", () => {
    const now = at("2026-07-04T12:00:00Z");
    expect(decide("2026-07-04T13:00:00Z", { now })).toBe(at("2026-07-04T13:00:00Z"));
    expect(decide("2026-07-04T13:00:00.001Z", { now })).toBeUndefined();
  });

  test("now, where nobody says when it was seen", () => {
    const now = at("2026-07-04T12:00:00Z");
    const told = { now, seenAt: undefined };
    expect(decide("2026-07-04T13:00:00Z", told)).toBe(at("2026-07-04T13:00:00Z"));
    expect(decide("2026-07-04T13:00:00.001Z", told)).toBeUndefined();
  });
});
