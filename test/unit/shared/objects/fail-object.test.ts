import { expect, test } from "vitest";
import { BrokenObjectError } from "../../../../shared/objects/broken-object-error.ts";
import { failObject } from "../../../../shared/objects/fail-object.ts";

test("an object that cannot be used is a failed event, which announces it when it is sent again", () => {
  const object = {
    bucket: "lake",
    name: "landing/texts/a.txt",
    generation: "17",
    size: 3,
    createdAt: "2026-01-02T03:04:05.678Z",
  };
  const issues = [{ path: "object", message: "the gzip content is damaged" }];
  const failed = failObject(
    object,
    "n1",
    { reason: "corrupt-object", issues },
    { stage: "count-words", functionVersion: "r-1", topicPrefix: "acme-" },
  );
  expect(failed).toEqual([
    {
      id: "count-words:n1/object",
      stage: "count-words",
      function_version: "r-1",
      reason: "corrupt-object",
      issues,
      items: 1,
      source_topic: "acme-object-finalized",
      message_id: "n1",
      position: "object",
      attributes: [
        { name: "eventType", value: "OBJECT_FINALIZE" },
        { name: "payloadFormat", value: "JSON_API_V1" },
        { name: "bucketId", value: "lake" },
        { name: "objectId", value: "landing/texts/a.txt" },
        { name: "objectGeneration", value: "17" },
      ],
      original: expect.any(String),
      part: 1,
      parts: 1,
      first_seen: "2026-01-02T03:04:05.678Z",
    },
  ]);
  const original = Buffer.from(failed[0]?.original ?? "", "base64").toString();
  expect(JSON.parse(original)).toEqual({
    kind: "storage#object",
    bucket: "lake",
    name: "landing/texts/a.txt",
    generation: "17",
  });
});

test("an object that is broken says why", () => {
  const error = new BrokenObjectError("corrupt-object", "the gzip content is damaged");
  expect(error.reason).toBe("corrupt-object");
  expect(String(error)).toBe("BrokenObjectError: the gzip content is damaged");
});
