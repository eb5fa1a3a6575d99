import { expect, test } from "vitest";
import {
  attributesOf,
  deliveryOf,
  hashOfName,
  identityOf,
} from "../../../../shared/objects/name-object.ts";

const object = (name: string) => ({
  bucket: "lake",
  name,
  generation: "17",
  size: 3,
  createdAt: "2026-01-02T03:04:05.678Z",
});

test("an identity tells one generation of an object", () => {
  expect(identityOf(object("landing/tweets/a"))).toBe("lake/landing/tweets/a#17");
});

test("a name that makes it longer than 512 letters is hashed, and others differ", () => {
  const longest = "x".repeat(504);
  expect(identityOf(object(longest))).toBe(`lake/${longest}#17`);
  const [long, other] = [`${longest}x`, `${longest}y`].map((name) => identityOf(object(name)));
  expect(long).toMatch(/^lake\/sha256-[0-9a-f]{64}#17$/);
  expect(other).not.toBe(long);
});

test("the hash of a name is that of its letters in UTF-8", () => {
  // printf 'é' | sha256sum
  expect(hashOfName("é")).toBe(
    "sha256-4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c",
  );
});

test("an object is as if it had been delivered, with what a notification says of it", () => {
  expect(deliveryOf(object("landing/tweets/a"), "tweets")).toEqual({
    topic: "tweets",
    messageId: "lake/landing/tweets/a#17",
    publishTime: "2026-01-02T03:04:05.678Z",
    attributes: { bucketId: "lake", objectId: "landing/tweets/a", objectGeneration: "17" },
    payload: "",
  });
  expect(attributesOf(object("a"))).toEqual({
    bucketId: "lake",
    objectId: "a",
    objectGeneration: "17",
  });
});
