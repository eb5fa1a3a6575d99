import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { sendRequest } from "../support/send-request.ts";
import { hasSharedData, sharedDataPath } from "../support/shared-data.ts";
import { signStandard, signX } from "../support/sign-webhooks.ts";
import { startWebhook } from "../support/start-webhook.ts";

/** By file: the status at `/standard/tweets`, which takes any JSON, and at `/x`, only objects. */
const pinnedStatuses = z.record(
  z.string(),
  z.tuple([z.literal([202, 400]), z.literal([200, 400])]),
);

const pinned = pinnedStatuses.parse(
  JSON.parse(readFileSync(join(import.meta.dirname, "webhook-json-statuses.json"), "utf8")),
);

test("the pins are the suite's own verdict wherever it has one", () => {
  const classes = { y: 0, n: 0, i: 0 };
  for (const [file, [standard]] of Object.entries(pinned)) {
    if (file.startsWith("y_")) classes.y += 1;
    else if (file.startsWith("n_")) classes.n += 1;
    else classes.i += 1;
    if (!file.startsWith("i_")) expect(standard, file).toBe(file.startsWith("y_") ? 202 : 400);
  }
  expect(classes).toEqual({ y: 95, n: 188, i: 35 });
});

describe.skipIf(!hasSharedData)("JSONTestSuite, rightly signed, over HTTP", () => {
  const folder = sharedDataPath("bad-input/JSONTestSuite/test_parsing");
  let webhook: Awaited<ReturnType<typeof startWebhook>>;

  beforeAll(async () => {
    webhook = await startWebhook();
  });

  afterAll(async () => {
    await webhook.stop();
  });

  test("each file has its pinned status; what is accepted is on the topic, on one line", async () => {
    const files = readdirSync(folder).toSorted();
    expect(files).toEqual(Object.keys(pinned).toSorted());
    const statuses: Record<string, number[]> = {};
    const accepted: string[] = [];
    for (const file of files) {
      const body = readFileSync(join(folder, file));
      const send = (path: string, headers: Record<string, string>) =>
        sendRequest(webhook.url + path, {
          body,
          headers: { "content-type": "application/json", ...headers },
        });
      const answers = await Promise.all([
        send("/standard/tweets", signStandard(body, { id: file.replaceAll(".", "-") })),
        send("/x", signX(body)),
      ]);
      statuses[file] = answers.map(({ status }) => status);
      for (const { status, headers, body: answer } of answers) {
        const isAccepted = status < 300;
        if (isAccepted) accepted.push(body.toString("latin1"));
        expect(headers["content-type"], file).toBe(
          isAccepted ? "application/json" : "application/problem+json",
        );
        expect(Object.keys(JSON.parse(answer)).join(), file).toBe(
          isAccepted ? "accepted" : "type,title,status",
        );
      }
    }

    expect(statuses).toEqual(pinned);
    const received = await webhook.takeTweets(accepted.length);
    expect(received.map(({ data }) => data.toString("latin1")).toSorted()).toEqual(
      accepted.toSorted(),
    );
    expect(webhook.restarts()).toBe(0);
    expect(webhook.log()).not.toMatch(/\bat \S+:\d+|<html/i);
  });
});
