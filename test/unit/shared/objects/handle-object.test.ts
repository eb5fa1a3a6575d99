import { describe, expect, test } from "vitest";
import { BrokenObjectError } from "../../../../shared/objects/broken-object-error.ts";
import { createObjectHandler, type Taken } from "../../../../shared/objects/handle-object.ts";
import type { StoredObject } from "../../../../shared/objects/stored-object.ts";
import { messagePublished } from "../../../support/deliveries.ts";
import { createMemoryLake } from "../../../support/memory-lake.ts";

const usual = async (): Promise<Taken> => ({ told: { words: 3 } });

/** A handler of texts on a lake in memory. */
function createTaker(
  take: (object: StoredObject, name: string) => Promise<Taken> = usual,
  config: { landingBucket?: string } = {},
  fails = false,
) {
  const lake = createMemoryLake({ fails: () => fails });
  const handle = createObjectHandler(
    { stage: "count-words", folder: "texts", atATime: 2, take },
    {
      ...lake.dependencies,
      config: { functionVersion: "r-1", topicPrefix: "acme-", ...config },
    },
  );
  return { ...lake, handle };
}

const generation = "1700000000000001";
const reason = "corrupt-object" as const;
const issues = [{ path: "object", message: "damaged" }];

describe("an object of its folder", () => {
  test("is taken with its name, and told by its generation", async () => {
    const taken: unknown[] = [];
    const { handle, put, logged } = createTaker(async (object, name) => {
      taken.push([object, name]);
      return { told: { words: 3 } };
    });
    await handle(put("landing/texts/a.txt", "abc"));
    const createdAt = "2026-01-02T03:04:05.678Z";
    expect(taken).toEqual([
      [{ bucket: "lake", name: "landing/texts/a.txt", generation, size: 3, createdAt }, "a.txt"],
    ]);
    expect(logged).toEqual([
      {
        severity: "INFO",
        counts: { generation, bytes: 3, words: 3, reason: undefined },
        message: "taken",
      },
    ]);
  });

  test("is not acknowledged while its failed event is not safe", async () => {
    const broken = () => Promise.reject(new BrokenObjectError(reason, "damaged"));
    const inPart = async () => ({ told: {}, failure: { reason, issues } });
    for (const take of [broken, inPart]) {
      const { handle, put } = createTaker(take, {}, true);
      await expect(handle(put("landing/texts/a.txt", "abc"))).rejects.toThrow("unavailable");
    }
  });

  test("of which something could not be used is a failed event, too", async () => {
    const failure = { reason, issues };
    const { handle, put, failed, logged } = createTaker(async () => ({ told: {}, failure }));
    await handle(put("landing/texts/a.txt", "abc"));
    expect(failed()).toMatchObject([
      {
        stage: "count-words",
        function_version: "r-1",
        source_topic: "acme-object-finalized",
        message_id: "n1",
        ...failure,
      },
    ]);
    expect(logged).toMatchObject([{ severity: "INFO", counts: { reason }, message: "taken" }]);
  });

  test("that is broken is a failed event, and is not taken again", async () => {
    const { handle, put, failed, logged, schemas } = createTaker(async () => {
      throw new BrokenObjectError(reason, "damaged");
    });
    await handle(put("landing/texts/a.txt", "abc"));
    expect(schemas()).toEqual(["failed-event.v1"]);
    expect(failed()).toMatchObject([{ reason, issues }]);
    expect(logged).toEqual([
      { severity: "WARNING", counts: { generation, bytes: 3, reason }, message: "failed" },
    ]);
  });

  test("that could not be taken now is delivered again", async () => {
    const { handle, put, failed, logged } = createTaker(async () => {
      throw new Error("no Pub/Sub");
    });
    await expect(handle(put("landing/texts/a.txt", "abc"))).rejects.toThrow("no Pub/Sub");
    expect([failed(), logged]).toEqual([[], []]);
  });

  test("waits while others are taken", async () => {
    const ends: (() => void)[] = [];
    const { handle, put } = createTaker(async () => {
      await new Promise<void>((resolve) => ends.push(resolve));
      return { told: {} };
    });
    const names = ["a", "b", "c"].map((name) => `landing/texts/${name}`);
    const handled = names.map((name) => handle(put(name, "abc")));
    await expect.poll(() => ends.length).toBe(2);
    ends[0]?.();
    await expect.poll(() => ends.length).toBe(3);
    for (const end of ends) end();
    await Promise.all(handled);
  });
});

describe("is ignored, with its reason:", () => {
  const unexpected = async () => expect.unreachable();

  test("what is no notification", async () => {
    const { handle, logged } = createTaker(unexpected);
    await handle(messagePublished("{}"));
    expect(logged).toEqual([
      { severity: "WARNING", counts: { reason: "no-notification" }, message: "ignored" },
    ]);
  });

  test.each([
    ["other-folder", "landing/images/a.png", "lake"],
    ["other-folder", "landing/texts/", "lake"],
    ["other-bucket", "landing/texts/a.txt", "pond"],
  ])("an object of %s", async (why, name, bucket) => {
    const { handle, put, logged } = createTaker(unexpected, { landingBucket: "lake" });
    await handle(put(name, "abc", bucket));
    expect(logged).toEqual([
      { severity: "INFO", counts: { generation, reason: why }, message: "ignored" },
    ]);
  });

  test.each(["OBJECT_DELETE", "OBJECT_ARCHIVE", "OBJECT_METADATA_UPDATE"])(
    "an object of which %s is told",
    async (eventType) => {
      const { handle, put, logged } = createTaker(unexpected);
      const event = put("landing/texts/a.txt", "abc");
      event.data.message.attributes.eventType = eventType;
      await handle(event);
      expect(logged).toEqual([
        { severity: "INFO", counts: { generation, reason: "not-finalized" }, message: "ignored" },
      ]);
    },
  );

  test("an object that is gone", async () => {
    const { handle, put, remove, logged } = createTaker(unexpected);
    const event = put("landing/texts/a.txt", "abc");
    remove("landing/texts/a.txt");
    await handle(event);
    expect(logged).toEqual([
      { severity: "WARNING", counts: { generation, reason: "object-gone" }, message: "ignored" },
    ]);
  });
});

test("any bucket is taken from where none is named, and the named one where it is", async () => {
  for (const config of [{}, { landingBucket: "pond" }]) {
    const { handle, put, logged } = createTaker(usual, config);
    await handle(put("landing/texts/a.txt", "abc", "pond"));
    expect(logged).toMatchObject([{ message: "taken" }]);
  }
});
