import { expect, test } from "vitest";
import { sourceName } from "../../../../shared/events/source-name.ts";

test.each(["x", "bluesky", "a-2", "x".repeat(64)])("%j is the name of a network", (name) => {
  expect(sourceName.safeParse(name).success).toBe(true);
});

test.each(["", "X", "2a", "-a", "Bluesky App", "a b", "a:b", "a\n", "x".repeat(65)])(
  "%j is none",
  (name) => {
    expect(sourceName.safeParse(name).success).toBe(false);
  },
);
