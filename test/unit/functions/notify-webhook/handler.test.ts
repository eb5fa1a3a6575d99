import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../../functions/notify-webhook/config.ts";
import { createHandler } from "../../../../functions/notify-webhook/handler.ts";
import { messagePublished } from "../../../support/deliveries.ts";

const opened = {
  stream: "url-mentions",
  hour: "2026-01-07T06:00:00Z",
  revision: 201,
  state: "open",
  incident: "url-mentions/2026-01-07T06:00:00Z",
  since: "2026-01-07T06:00:00Z",
  direction: "peak",
  actual: 400,
  expected: 100,
  usual_low: 62,
  usual_high: 148,
  score: 25.8,
  reason: "400 mentions of <!channel> & co at 06 UTC",
};
const secret = Buffer.from("These are thirty-two bytes ... !");

function openTestBed(
  statuses: number[] = [],
  webhook: string | undefined = "https://hooks.example/in",
  now = "2026-01-07T07:10:00.900Z",
  takesFailures = true,
) {
  const sent: { url: string; headers: Readonly<Record<string, string>>; body: string }[] = [];
  const published: string[] = [];
  const logged: object[] = [];
  const handle = createHandler({
    send: async (url, headers, body) => {
      sent.push({ url: url.href, headers, body });
      return statuses.shift() ?? 200;
    },
    publish: async (_, __, lines) => {
      if (lines.length > 0 && !takesFailures) throw new Error("unavailable");
      published.push(...lines);
    },
    now: () => Date.parse(now),
    log: { info: (counts) => void logged.push(counts) },
    config: {
      functionVersion: "v1",
      secret,
      webhook: webhook === "" ? undefined : new URL(webhook),
    },
  });
  const tell = (...anomalies: object[]) =>
    handle(messagePublished(anomalies.map((one) => JSON.stringify(one)).join("\n"), "anomalies"));
  return { sent, published, logged, handle, tell };
}

test("tells in Slack's JSON, signed as Standard Webhooks are, mentioning nobody", async () => {
  const { sent, tell, logged } = openTestBed();
  await tell(opened);
  expect(sent).toEqual([
    {
      url: "https://hooks.example/in",
      body: '{"text":"Unusual, 2026-01-07: 400 mentions of &lt;!channel&gt; &amp; co at 06 UTC"}',
      headers: {
        "content-type": "application/json",
        "user-agent": "hourtally",
        "webhook-id": "msg_c2948420f8aa7e5cc8e8fa5873d23ce4",
        "webhook-timestamp": "1767769800",
        "webhook-signature": "v1,D8FwrUTLTDx9wuR9kotXHPqGuXDN6M7IthyK93iwh7Y=",
      },
    },
  ]);
  expect(logged).toEqual([{ anomalies: 1, told: 1, failed: 0 }]);
});

test("tells of the begin and the end of incidents, of what is taken back, and of nothing old", async () => {
  const { sent, tell, logged } = openTestBed();
  await tell(
    { ...opened, state: "update" },
    { ...opened, state: "closed", reason: "as usual again" },
    { ...opened, state: "withdrawn", reason: "taken back" },
    { ...opened, state: "withdrawn", since: "2026-01-07T05:00:00Z" },
    { ...opened, hour: "2026-01-05T06:00:00Z", since: "2026-01-05T06:00:00Z" },
  );
  expect(sent.map(({ body }) => body)).toEqual([
    '{"text":"Over, 2026-01-07: as usual again"}',
    '{"text":"Taken back, 2026-01-07: taken back"}',
  ]);
  expect(logged).toEqual([{ anomalies: 5, told: 2, failed: 0 }]);
});

test.each([
  ["2026-01-09T06:00:00.000Z", 1],
  ["2026-01-09T06:00:00.001Z", 0],
])("tells of an hour until 48 hours after it began, and not later: %s", async (now, told) => {
  const { sent, tell } = openTestBed([], undefined, now);
  await tell(opened);
  expect(sent).toHaveLength(told);
});

test.each([199, 302, 400, 404, 429, 500])(
  "is not acknowledged when the answer is %d",
  async (status) => {
    const { sent, tell } = openTestBed([200, status]);
    const closed = { ...opened, state: "closed" };
    await expect(tell(opened, closed)).rejects.toThrow(`the webhook answered with ${status}`);
    await tell(opened, closed);
    const ids = sent.map(({ headers }) => headers["webhook-id"]);
    expect(ids).toHaveLength(4);
    expect(ids.slice(0, 2)).toEqual(ids.slice(2));
    expect(ids[0]).not.toBe(ids[1]);
  },
);

test("tells nobody without an address, and keeps what is no anomaly", async () => {
  const { sent, published, handle, logged } = openTestBed([], "");
  await handle(messagePublished(`${JSON.stringify(opened)}\n{"stream":1}`, "anomalies"));
  expect(sent).toEqual([]);
  expect(logged).toEqual([{ anomalies: 1, told: 0, failed: 1 }]);
  expect(JSON.parse(published[0] ?? "")).toMatchObject({
    stage: "notify-webhook",
    reason: "invalid-field",
  });
});

test("is not acknowledged when what is no anomaly is not safe", async () => {
  const { handle } = openTestBed([], undefined, undefined, false);
  await expect(handle(messagePublished('{"stream":1}', "anomalies"))).rejects.toThrow(
    "unavailable",
  );
});

describe("the configuration", () => {
  const parse = (variables: Record<string, string>) =>
    parseConfig({ GOOGLE_CLOUD_PROJECT: "p", ...variables });

  test("needs neither address nor secret", () => {
    expect(parse({})).toMatchObject({ webhook: undefined, secret: undefined });
  });

  test("reads both", () => {
    const { webhook, secret: key } = parse({
      ALERT_WEBHOOK_URL: "https://hooks.example/in",
      ALERT_WEBHOOK_SECRET: "whsec_VGhlc2UgYXJlIHRoaXJ0eS10d28gYnl0ZXMgLi4uICE=",
    });
    expect(webhook?.href).toBe("https://hooks.example/in");
    expect(key).toEqual(secret);
  });

  test.each([
    ["ALERT_WEBHOOK_URL", "http://hooks.example/in"],
    ["ALERT_WEBHOOK_URL", "https://user:pass@hooks.example/in"],
    ["ALERT_WEBHOOK_URL", "hooks.example"],
    ["ALERT_WEBHOOK_SECRET", "VGhlc2UgYXJlIHRoaXJ0eS10d28gYnl0ZXMgLi4u"],
    ["ALERT_WEBHOOK_SECRET", "whsec_c2hvcnQ="],
  ])("%s must not be %s, which is not told", (name, value) => {
    expect(() => parse({ [name]: value })).toThrow(name);
    expect(() => parse({ [name]: value })).not.toThrow(value);
  });
});
