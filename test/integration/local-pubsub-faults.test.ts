import type { Topic } from "@google-cloud/pubsub";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openTestBed, project, type TestBed } from "../support/open-test-bed.ts";
import {
  answerWith,
  type RecordingEndpoint,
  startRecordingEndpoint,
} from "../support/start-recording-endpoint.ts";
import { waitUntil } from "../support/wait-until.ts";

const SUBSCRIPTION = `projects/${project}/subscriptions/stormy`;
const NO_FAULTS = { duplicateRate: 0, shuffle: false, seed: 7 };

let bed: TestBed;
let topic: Topic;
let endpoint: RecordingEndpoint;

beforeEach(async () => {
  bed = await openTestBed();
  [topic] = await bed.client.createTopic("pushed");
  endpoint = await startRecordingEndpoint(answerWith(204));
  await topic.createSubscription(SUBSCRIPTION, { pushConfig: { pushEndpoint: endpoint.url } });
});
afterEach(async () => {
  await endpoint.close();
  await bed.close();
});

/** Publishes numbered messages and returns the numbers as they arrive, once everything is acknowledged. */
async function deliverNumbers(count: number): Promise<number[]> {
  const messages = Array.from({ length: count }, (_, number) => ({
    attributes: { number: String(number) },
  }));
  await bed.publisher.publish({ topic: topic.name, messages });
  await waitUntil("everything is acknowledged", () => bed.server.backlog() === 0);
  return endpoint.requests.splice(0).map(({ body }) => Number(body.message.attributes?.number));
}

function ascending(numbers: readonly number[]): number[] {
  return numbers.toSorted((left, right) => left - right);
}

const FIRST_200 = Array.from({ length: 200 }, (_, number) => number);

test("without faults everything comes once", async () => {
  expect(ascending(await deliverNumbers(200))).toEqual(FIRST_200);
});

test("duplicates: every message twice at rate 1, even after it was acknowledged", async () => {
  bed.server.setFaults({ ...NO_FAULTS, duplicateRate: 1 });

  const delivered = await deliverNumbers(200);

  expect(ascending(delivered)).toEqual(FIRST_200.flatMap((number) => [number, number]));
  expect(bed.server.stats()[SUBSCRIPTION]).toMatchObject({
    published: 200,
    delivered: 400,
    redelivered: 200,
    acknowledged: 200,
  });
});

test("duplicates: some messages twice at a rate between", async () => {
  bed.server.setFaults({ ...NO_FAULTS, duplicateRate: 0.3 });

  const delivered = await deliverNumbers(200);

  expect(new Set(delivered).size).toBe(200);
  expect(delivered.length).toBeGreaterThan(230);
  expect(delivered.length).toBeLessThan(290);
});

test("shuffle: all of them, far from their order", async () => {
  bed.server.setFaults({ ...NO_FAULTS, shuffle: true });

  const delivered = await deliverNumbers(200);

  expect(ascending(delivered)).toEqual(FIRST_200);
  const distance = delivered.reduce((sum, number, place) => sum + Math.abs(number - place), 0);
  // A random permutation is a third of the length away from home; pushing 64 at a time, a few places.
  expect(distance / 200).toBeGreaterThan(30);
});

test("lost acknowledgements: the work was done and comes again", async () => {
  bed.server.setFaults({ ...NO_FAULTS, acknowledgementLossRate: 0.3 });

  const delivered = await deliverNumbers(200);

  expect(new Set(delivered).size).toBe(200);
  expect(delivered.length).toBeGreaterThan(240);
  expect(bed.server.stats()[SUBSCRIPTION]).toMatchObject({
    acknowledged: 200,
    delivered: delivered.length,
  });
});

test("all faults together lose nothing, and end when they are switched off", async () => {
  bed.server.setFaults({
    duplicateRate: 0.5,
    shuffle: true,
    seed: 11,
    acknowledgementLossRate: 0.3,
  });
  expect(new Set(await deliverNumbers(200)).size).toBe(200);

  bed.server.setFaults(undefined);
  expect(ascending(await deliverNumbers(200))).toEqual(FIRST_200);
});
