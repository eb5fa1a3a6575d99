import { afterAll, beforeAll, expect, test } from "vitest";
import { attackMemory } from "../attack/attack-memory.ts";
import { attackWebhook } from "../attack/attack-webhook.ts";
import { startVictims, type Victims, wake } from "../attack/victims.ts";
import { xSecret } from "../support/sign-webhooks.ts";

let victims: Victims;

beforeAll(async () => {
  process.env.X_CONSUMER_SECRET = xSecret;
  victims = await startVictims(/^tweets$/);
});

afterAll(() => victims.stop());

test("connections that send bodies and hold them back keep no honest delivery out", async () => {
  const url = await wake(victims.cloud, "receive-webhook");
  const report = await attackWebhook(url, xSecret, 60);
  expect(report.connections).toBeGreaterThanOrEqual(24);
  expect(report.accepted).toBeGreaterThanOrEqual(59);
});

test("no message takes normalize-urls beyond its memory, fails or stops it", async () => {
  const manifest = victims.manifests.find(({ name }) => name === "normalize-urls");
  if (manifest === undefined) throw new Error("there is no normalize-urls");
  const { peakBytes, memoryBytes, ...report } = await attackMemory(victims, manifest, {
    seconds: 2,
    kinds: /999 long lines|the same, compressed/,
  });
  expect(peakBytes / memoryBytes).toBeLessThanOrEqual(0.8);
  expect(report).toMatchObject({ failed: {}, restarts: 0, unsent: 0, holds: true });
});
