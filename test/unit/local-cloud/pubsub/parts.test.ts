import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { durationToMs, wireTime } from "../../../local-cloud/pubsub/convert-duration.ts";
import { createDueHeap } from "../../../local-cloud/pubsub/create-due-heap.ts";
import {
  createPushWindow,
  type PushWindow,
} from "../../../local-cloud/pubsub/create-push-window.ts";
import { createReadyList } from "../../../local-cloud/pubsub/create-ready-list.ts";
import { cutPage } from "../../../local-cloud/pubsub/cut-page.ts";
import { encodePushBody } from "../../../local-cloud/pubsub/encode-push-body.ts";
import {
  parseProjectName,
  parseSubscriptionName,
  parseTopicName,
} from "../../../local-cloud/pubsub/parse-resource-name.ts";
import { contentBytes, keepableBytes } from "../../../local-cloud/pubsub/stored-message.ts";
import { createRandom } from "../../../support/create-random.ts";

describe("resource names", () => {
  test.each([
    ["projects/p/topics/abc", { project: "p", shortName: "abc" }],
    [
      "projects/my-project-1/topics/A-b_c.d~e+f%20",
      { project: "my-project-1", shortName: "A-b_c.d~e+f%20" },
    ],
    ["projects/example.com:app/topics/abc", { project: "example.com:app", shortName: "abc" }],
    [`projects/p/topics/${"x".repeat(255)}`, { project: "p", shortName: "x".repeat(255) }],
  ])("%s", (name, expected) => {
    expect(parseTopicName(name)).toEqual(expected);
    expect(parseSubscriptionName(name.replace("/topics/", "/subscriptions/"))).toEqual(expected);
  });

  test.each([
    "",
    "abc",
    "projects/p/topics/ab",
    "projects/p/topics/9abc",
    "projects/p/topics/googly",
    "projects/p/topics/a b c",
    "projects/p/topics/abc/",
    "projects/p/subscriptions/abc",
    "projects//topics/abc",
    "projects/{{projectId}}/topics/abc",
    "_deleted-topic_",
    `projects/p/topics/${"x".repeat(256)}`,
  ])("%j is refused", (name) => {
    expect(() => parseTopicName(name)).toThrow(`Invalid resource name given (name=${name}).`);
  });

  test("a project's", () => {
    expect(parseProjectName("projects/my-project")).toBe("my-project");
    expect(() => parseProjectName("my-project")).toThrow("Invalid resource name given");
  });
});

describe("the heap of due times", () => {
  test("gives back in order of time whatever was added and removed before", () => {
    const item = fc.record({ dueAt: fc.nat(1_000), leavesEarly: fc.boolean() });
    fc.assert(
      fc.property(fc.array(item, { minLength: 20, maxLength: 100 }), (items) => {
        const heap = createDueHeap<{ dueAt: number; heapIndex: number; leavesEarly: boolean }>();
        const placed = items.map((fields) => ({ ...fields, heapIndex: -1 }));
        for (const each of placed) heap.add(each);
        for (const each of placed) if (each.leavesEarly) heap.remove(each);
        const times: number[] = [];
        for (let first = heap.first(); first !== undefined; first = heap.first()) {
          times.push(first.dueAt);
          heap.remove(first);
        }
        const stayed = items.filter(({ leavesEarly }) => !leavesEarly);
        expect(times).toEqual(
          stayed.map(({ dueAt }) => dueAt).toSorted((left, right) => left - right),
        );
      }),
    );
  });

  test("removing what is not in it does nothing", () => {
    const heap = createDueHeap<{ dueAt: number; heapIndex: number }>();
    const item = { dueAt: 1, heapIndex: -1 };
    heap.add(item);
    heap.remove({ dueAt: 1, heapIndex: -1 });
    expect(heap.first()).toBe(item);
    heap.remove(item);
    heap.remove(item);
    expect(heap.first()).toBeUndefined();
  });
});

describe("the list of ready messages", () => {
  test("keeps the order of arrival through thousands of additions and removals", () => {
    const list = createReadyList<number>(() => 0);
    const taken: number[] = [];
    for (let number = 0; number < 5_000; number += 1) {
      list.add(number);
      if (number % 3 === 0) {
        taken.push(list.peek() ?? -1);
        list.drop();
      }
    }
    expect(list.size()).toBe(5_000 - taken.length);
    while (list.size() > 0) {
      taken.push(list.peek() ?? -1);
      list.drop();
    }
    expect(taken).toEqual(Array.from({ length: 5_000 }, (_, number) => number));
    expect(list.peek()).toBeUndefined();
  });

  test("hands out the one that is picked", () => {
    const list = createReadyList<string>((count) => count - 1);
    for (const item of ["a", "b", "c"]) list.add(item);
    const taken: (string | undefined)[] = [];
    while (list.size() > 0) {
      taken.push(list.peek());
      list.drop();
    }
    expect(taken).toEqual(["c", "a", "b"]);
  });
});

describe("the push window", () => {
  /** Fills the window with messages of one byte and says how many went in. */
  function fill(window: PushWindow): number {
    let count = 0;
    while (count < 1_000 && window.admit(1)) count += 1;
    return count;
  }

  function openWindow(options: { maxMessages?: number; maxBytes?: number } = {}) {
    const clock = { now: 1_000 };
    const window = createPushWindow({
      maxMessages: options.maxMessages ?? 64,
      maxBytes: options.maxBytes ?? 1e9,
      now: () => clock.now,
      random: () => 0,
      maxPauseMs: () => 60_000,
    });
    return { clock, window };
  }

  test("doubles with every round of successes, to its maximum", () => {
    const { window } = openWindow({ maxMessages: 50 });
    const sizes: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      const admitted = fill(window);
      sizes.push(admitted);
      for (let count = 0; count < admitted; count += 1) window.succeeded(1);
    }
    expect(sizes).toEqual([4, 8, 16, 32, 50, 50]);
  });

  test("halves once for a round of failures, and pauses twice as long each time", () => {
    const { clock, window } = openWindow();
    const rounds: { size: number; pauseMs: number }[] = [];
    for (let round = 0; round < 4; round += 1) {
      const size = fill(window);
      const generation = window.generation();
      for (let count = 0; count < size; count += 1) window.failed(1, generation);
      rounds.push({ size, pauseMs: window.pausedUntil() - clock.now });
      expect(window.admit(1)).toBe(false);
      clock.now = window.pausedUntil();
    }
    expect(rounds).toEqual([
      { size: 4, pauseMs: 100 },
      { size: 2, pauseMs: 200 },
      { size: 1, pauseMs: 400 },
      { size: 1, pauseMs: 800 },
    ]);
  });

  test("never pauses longer than the maximum", () => {
    const { clock, window } = openWindow();
    for (let round = 0; round < 30; round += 1) {
      expect(window.admit(1)).toBe(true);
      window.failed(1, window.generation());
      expect(window.pausedUntil() - clock.now).toBeLessThanOrEqual(60_000);
      clock.now = window.pausedUntil();
    }
    expect(window.pausedUntil()).toBeGreaterThan(15 * 60_000);
  });

  test("a single failure after a window of successes narrows but does not pause", () => {
    const { clock, window } = openWindow({ maxMessages: 8 });
    for (let count = 0; count < 20; count += 1) {
      window.admit(1);
      window.succeeded(1);
    }
    window.admit(1);
    window.failed(1, window.generation());
    expect(window.pausedUntil()).toBeLessThanOrEqual(clock.now);
    expect(fill(window)).toBe(4);
  });

  test("keeps within its bytes, except for a message that is alone", () => {
    const { window } = openWindow({ maxBytes: 100 });
    expect(window.admit(500)).toBe(true);
    expect(window.admit(1)).toBe(false);
    window.succeeded(500);
    expect([window.admit(60), window.admit(50), window.admit(40)]).toEqual([true, false, true]);
  });
});

describe("the body of a push", () => {
  const publishTimeMs = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
  const body = (data: Buffer, attributes: Record<string, string>, withAttempt: boolean): unknown =>
    JSON.parse(
      encodePushBody(
        {
          ackId: "1",
          attempt: 3,
          message: {
            messageId: "17",
            data,
            attributes,
            orderingKey: "",
            publishTimeMs,
            sizeBytes: data.length,
          },
        },
        "projects/p/subscriptions/sub",
        withAttempt,
      ).toString(),
    );

  test("is JSON, whatever the bytes and attributes are", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 50 }),
        fc.dictionary(fc.string({ unit: "binary", minLength: 1 }), fc.string({ unit: "binary" })),
        fc.boolean(),
        (bytes, attributes, withAttempt) => {
          const { __proto__: _, ...own } = attributes;
          expect(body(Buffer.from(bytes), own, withAttempt)).toEqual({
            message: {
              ...(bytes.length > 0 && { data: Buffer.from(bytes).toString("base64") }),
              ...(Object.keys(own).length > 0 && { attributes: own }),
              messageId: "17",
              message_id: "17",
              publishTime: "2026-01-02T03:04:05.006Z",
              publish_time: "2026-01-02T03:04:05.006Z",
            },
            subscription: "projects/p/subscriptions/sub",
            ...(withAttempt && { deliveryAttempt: 3 }),
          });
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe("small parts", () => {
  test("durations, as numbers and as the 64-bit values of the wire", () => {
    expect(durationToMs({ seconds: 10, nanos: 500_000_000 })).toBe(10_500);
    expect(durationToMs({ nanos: 1_000_000 })).toBe(1);
    expect(durationToMs({})).toBe(0);
    expect(durationToMs(null)).toBeUndefined();
    expect(wireTime(1_700_000_000_123)).toEqual({ seconds: 1_700_000_000, nanos: 123_000_000 });
  });

  test("the size of a message counts data and attributes in bytes", () => {
    const content = { data: Buffer.alloc(10), attributes: { ä: "bc" }, orderingKey: "key" };
    expect(contentBytes(content)).toBe(14);
  });

  test("a small view of a large request is copied, a large one is not", () => {
    const request = Buffer.alloc(1_000_000);
    const small = request.subarray(5, 105);
    const large = request.subarray(5);

    expect(keepableBytes(small).equals(small)).toBe(true);
    expect(keepableBytes(small).buffer).not.toBe(request.buffer);
    expect(keepableBytes(large)).toBe(large);
  });

  test("pages follow one another without gap or repetition", () => {
    const names = ["a", "b", "c", "d", "e"];
    const pages: string[][] = [];
    let pageToken = "";
    do {
      const page = cutPage(names, (name) => name, { pageSize: 2, pageToken });
      pages.push(page.items);
      pageToken = page.nextPageToken;
    } while (pageToken !== "" && pages.length < 9);
    expect(pages).toEqual([["a", "b"], ["c", "d"], ["e"]]);
    expect(() => cutPage(names, (name) => name, { pageSize: -1 })).toThrow("page_size=-1");
  });

  test("random numbers: the same for the same seed, spread evenly over [0, 1)", () => {
    const draw = (seed: number): number[] => {
      const random = createRandom(seed).fraction;
      return Array.from({ length: 10_000 }, () => random());
    };
    const numbers = draw(42);
    const tenths = Array.from({ length: 10 }, () => 0);
    for (const number of numbers) {
      const tenth = Math.floor(number * 10);
      tenths[tenth] = (tenths[tenth] ?? Number.NaN) + 1;
    }

    expect(draw(42)).toEqual(numbers);
    expect(draw(43)).not.toEqual(numbers);
    expect(tenths.length).toBe(10);
    for (const count of tenths) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });
});
