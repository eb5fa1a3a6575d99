import { afterEach, describe, expect, test } from "vitest";
import { redrive } from "../../../../terraform/operate/redrive.ts";
import { callCommand } from "../../../support/call-command.ts";
import { answerJson, startRestServer } from "../../../support/start-rest-server.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

/** Sends back by a function that gives these answers one after the other; and what it was asked. */
async function redriveBy(answers: readonly object[], ...args: string[]) {
  const server = await startRestServer((response, _request, index) =>
    answerJson(response, answers[index] ?? {}, index < answers.length ? 200 : 500),
  );
  stops.push(server.stop);
  const selection = ["--stage", "bucket-hours", "--since", "2026-01-02T03"];
  const all = [...selection, "--url", server.url, ...args];
  const result = await callCommand("redrive", redrive, all, { HOURTALLY_ID_TOKEN: "" });
  return { ...result, asked: server.requests.map(({ body }): unknown => JSON.parse(body)) };
}

const first = { found: 5, redriven: 2, refused: 0, bytes: 200, nextPageToken: "p2" };
const second = { found: 5, redriven: 1, refused: 1, bytes: 100, nextPageToken: "p3" };
const last = { found: 5, redriven: 1, refused: 0, bytes: 7 };

describe("npm run redrive", () => {
  test("asks for page after page of one selection, to the last one, and adds them up", async () => {
    const { code, stdout, stderr, asked } = await redriveBy(
      [first, second, last],
      "--json",
      "--page",
      "2",
    );
    expect(code).toBe(0);
    const selection = {
      stage: "bucket-hours",
      since: "2026-01-02T03:00:00.000Z",
      limit: 2,
      dryRun: false,
      requestedBy: expect.stringMatching(/^redrive by ./),
    };
    expect(asked).toEqual([
      selection,
      { ...selection, pageToken: "p2" },
      { ...selection, pageToken: "p3" },
    ]);
    expect(stdout).toMatch(/^\{[^\n]*\}\n$/);
    expect(JSON.parse(stdout)).toEqual({
      found: 5,
      redriven: 4,
      refused: 1,
      bytes: 307,
      seconds: expect.any(Number),
    });
    expect(stderr).toMatch(/^4 of 5 failed events were sent back \(307 bytes, [\d.]+ s\)\.$/m);
    expect(stderr).toContain("1 are refused by Pub/Sub");
  });

  test("in a dry run says so to the function, and how many it has found", async () => {
    const found = { found: 5, redriven: 0, refused: 0, bytes: 0 };
    const { code, stdout, stderr, asked } = await redriveBy([found], "--dry-run");
    expect([code, stdout]).toEqual([0, ""]);
    expect(asked).toMatchObject([{ dryRun: true }]);
    expect(stderr).toMatch(/^5 failed events would be sent back\.$/m);
    expect(stderr).not.toContain("were sent back");
  });

  test("with nothing found is done", async () => {
    const found = { found: 0, redriven: 0, refused: 0, bytes: 0 };
    const { code, stderr } = await redriveBy([found], "--reason", "unknown-shape");
    expect([code, stderr]).toEqual([0, expect.stringContaining("0 of 0 failed events")]);
  });
});
