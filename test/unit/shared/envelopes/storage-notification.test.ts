import { describe, expect, test } from "vitest";
import { parseStorageNotification } from "../../../../shared/envelopes/storage-notification.ts";
import { messagePublished } from "../../../support/deliveries.ts";
import { finalized } from "../../../support/memory-landing.ts";

const expected = {
  messageId: "n1",
  eventType: "OBJECT_FINALIZE",
  bucket: "lake",
  object: "landing/tweets/a b.jsonl",
  generation: "1700000000000001",
};

const directEvent = (type: string, data: object) => ({
  specversion: "1.0",
  id: "n1",
  source: "//storage.googleapis.com/projects/_/buckets/lake",
  subject: "objects/landing/tweets/a b.jsonl",
  type: `google.cloud.storage.object.v1.${type}`,
  time: "2026-01-02T03:04:05.678Z",
  data,
});

describe("a storage notification", () => {
  test("comes as a message on a topic", () => {
    expect(parseStorageNotification(finalized("landing/tweets/a b.jsonl"))).toEqual(expected);
  });

  test("comes without a payload as the raw push request", () => {
    const { attributes } = finalized("landing/tweets/a b.jsonl").data.message;
    const push = {
      message: {
        messageId: "7",
        publishTime: "2026-01-02T03:04:05Z",
        attributes: { ...attributes, payloadFormat: "NONE" },
      },
      subscription: "projects/demo/subscriptions/object-finalized.load-object",
    };
    expect(parseStorageNotification(push)).toEqual({ ...expected, messageId: "7" });
  });

  test.each<[string, string]>([
    ["finalized", "OBJECT_FINALIZE"],
    ["deleted", "OBJECT_DELETE"],
    ["archived", "OBJECT_ARCHIVE"],
    ["metadataUpdated", "OBJECT_METADATA_UPDATE"],
    ["inventedLater", "google.cloud.storage.object.v1.inventedLater"],
  ])("comes as the direct CloudEvent %s", (type, eventType) => {
    const data = { bucket: "lake", name: expected.object, generation: expected.generation };
    expect(parseStorageNotification(directEvent(type, data))).toEqual({ ...expected, eventType });
  });

  test("may have its generation as a number", () => {
    const data = { bucket: "lake", name: expected.object, generation: 1700000000000001 };
    expect(parseStorageNotification(directEvent("finalized", data))).toEqual(expected);
  });

  test("is not any other message", () => {
    expect(parseStorageNotification(messagePublished('{"a":1}'))).toBeUndefined();
    for (const generation of ["1; drop", "v1", ""]) {
      const event = finalized("landing/tweets/a");
      event.data.message.attributes.objectGeneration = generation;
      expect(parseStorageNotification(event)).toBeUndefined();
    }
  });

  test("is nothing that is no event at all", () => {
    expect(() => parseStorageNotification({ hello: "world" })).toThrow("message");
    expect(() => parseStorageNotification(directEvent("finalized", { bucket: "lake" }))).toThrow();
    const data = { bucket: "lake", name: expected.object, generation: expected.generation };
    const foreign = { ...directEvent("finalized", data), type: "com.example.finalized" };
    expect(() => parseStorageNotification(foreign)).toThrow("message");
  });
});
