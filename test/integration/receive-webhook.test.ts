import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { peakResidentBytes } from "../support/process-usage.ts";
import { type Answer, sendRaw, sendRequest } from "../support/send-request.ts";
import { serveFunction } from "../support/serve-function.ts";
import { signStandard, signX, standardSecret, xSecret } from "../support/sign-webhooks.ts";
import { startWebhook } from "../support/start-webhook.ts";
import { waitUntil } from "../support/wait-until.ts";

const previousXSecret = "made-up-consumer-secret-before";
const previousStandardSecret = "whsec_VGhlc2UgYXJlIHRoaXJ0eS10d28gb2xkZXIgYnl0ZXM=";

let webhook: Awaited<ReturnType<typeof startWebhook>>;

beforeAll(async () => {
  webhook = await startWebhook({
    STANDARD_WEBHOOK_TOPICS: "tweets,log-lines",
    // However busy the machine is: what is tested of it has a function of its own.
    PUBLISH_TIMEOUT_MS: "25000",
    X_CONSUMER_SECRET_PREVIOUS: previousXSecret,
    STANDARD_WEBHOOK_SECRET_PREVIOUS: previousStandardSecret,
    LOG_LEVEL: "debug",
    // Where the framework is at its most talkative about errors.
    NODE_ENV: "development",
  });
});

afterAll(async () => {
  await webhook.stop();
});

const json = { "content-type": "application/json" };

function post(path: string, body: string | Uint8Array, headers: Record<string, string>) {
  return sendRequest(webhook.url + path, { body, headers: { ...json, ...headers } });
}

function expectProblem(answer: Answer, status: number, name: string): void {
  expect(answer).toMatchObject({
    status,
    headers: { "content-type": "application/problem+json" },
  });
  expect(JSON.parse(answer.body)).toEqual({
    type: `urn:hourtally:problem:${name}`,
    title: expect.any(String),
    status,
  });
}

describe("accepted", () => {
  test("X's envelopes are on the topic, byte by byte, and answered 200", async () => {
    const envelope = `{"for_user_id":"2244994945",\n "tweet_create_events":[{"id_str":"1","text":"☕ \\ud83d"}] }\r\n`;
    const answer = await post("/x", envelope, signX(envelope));

    expect(answer).toMatchObject({
      status: 200,
      headers: { "content-type": "application/json" },
      body: '{"accepted":1}',
    });
    const [message, ...others] = await webhook.takeTweets(1);
    expect(message?.data.toString()).toBe(envelope);
    expect(message?.attributes).toEqual({ source: "x-webhook" });
    expect(others).toEqual([]);
  });

  test("Standard Webhooks are on the topic that the path names, and answered 202", async () => {
    const page = '[{"id":"1"},{"id":"2"},{"id":"3"}]';
    const headers = signStandard(page, { id: "msg_1" });
    const answer = await post("/standard/tweets", page, headers);

    expect([answer.status, answer.body]).toEqual([202, '{"accepted":3}']);
    const messages = await webhook.takeTweets(1);
    expect(messages.map(({ data }) => data.toString())).toEqual([page]);
    expect(messages[0]?.attributes).toEqual({
      source: "standard-webhook",
      "webhook-id": "msg_1",
      "webhook-timestamp": headers["webhook-timestamp"],
    });
  });

  test("whatever the content type says", async () => {
    const body = '{"a":1}';
    const types = [
      "text/plain",
      "application/x-www-form-urlencoded",
      "application/json; charset=x",
    ];
    for (const type of [...types, "application/cloudevents+json", "multipart/form-data"]) {
      const answer = await sendRequest(`${webhook.url}/x`, {
        body,
        headers: { "content-type": type, "content-encoding": "identity", ...signX(body) },
      });
      expect(answer.status, type).toBe(200);
    }
    const messages = await webhook.takeTweets(5);
    expect(messages.map(({ data }) => data.toString())).toEqual(Array(5).fill(body));
  });

  test("with the secret before, while it rotates", async () => {
    const body = '{"rotation":true}';
    const signed = [
      await post("/x", body, signX(body, previousXSecret)),
      await post("/standard/tweets", body, signStandard(body, { secret: previousStandardSecret })),
    ];
    expect(signed.map(({ status }) => status)).toEqual([200, 202]);
    expect(await webhook.takeTweets(2)).toHaveLength(2);
  });

  test("two hundred at once are two hundred messages", async () => {
    const bodies = Array.from({ length: 200 }, (_, index) => `{"event":${index}}`);
    const answers = await Promise.all(bodies.map((body) => post("/x", body, signX(body))));

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(200);
    const received = (await webhook.takeTweets(200)).map(({ data }) => data.toString());
    expect(received.toSorted()).toEqual(bodies.toSorted());
  });

  test("5 MB; one byte more is refused, and the sender hears of it though it still writes", async () => {
    const largest = `[{"text":"${"x".repeat(4_999_986)}"}] `;
    expect(largest).toHaveLength(5_000_000);
    const taken = await post("/standard/tweets", largest, signStandard(largest, { id: "large" }));
    expect([taken.status, taken.body]).toEqual([202, '{"accepted":1}']);
    for (const more of [" ", " ".repeat(4_000_000)]) {
      const larger = largest + more;
      const answer = await post("/standard/tweets", larger, signStandard(larger));
      expectProblem(answer, 413, "body-too-large");
    }
    const [message, ...others] = await webhook.takeTweets(1);
    expect(message?.data.equals(Buffer.from(largest))).toBe(true);
    expect(others).toEqual([]);
  });
});

test("X's challenge is answered with the vector's token under the current secret", async () => {
  const token = "9b4507b3-9040-4669-9ca3-6b94edb50553";
  const answer = await sendRequest(`${webhook.url}/x?crc_token=${token}`, { method: "GET" });
  // Made with: printf %s TOKEN | openssl dgst -sha256 -hmac SECRET -binary | base64
  expect(answer.body).toBe(
    '{"response_token":"sha256=1n0eBxjDVRR8BLi+288lmQR3er7TE8ni0BDmGPPkuis="}',
  );
  expect([answer.status, answer.headers["content-type"]]).toEqual([200, "application/json"]);
});

describe("refused, answered as a problem, and never published", () => {
  const body = '{"secret-canary":"c4n4ry"}';

  test("by path, method, length and encoding", async () => {
    const signed = { ...json, ...signX(body) };
    const at = (path: string) => webhook.url + path;
    for (const path of ["/", "/y", "/x/", "/X", "/standard", "/standard/", "/standard/other"]) {
      expectProblem(await sendRequest(at(path), { body, headers: signed }), 404, "unknown-source");
    }
    for (const path of ["/%ff", "/favicon.ico", "/robots.txt", "/standard/%74weets", "/x%3f"]) {
      expectProblem(await sendRequest(at(path), { method: "GET" }), 404, "unknown-source");
    }
    for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS", "QUERY"]) {
      const answer = await sendRequest(at("/x"), { method, body, headers: signed });
      expectProblem(answer, 405, "method-not-allowed");
      expect(answer.headers.allow).toBe("GET, POST");
    }
    const get = await sendRequest(at("/standard/tweets"), { method: "GET" });
    expectProblem(get, 405, "method-not-allowed");
    expect(get.headers.allow).toBe("POST");
    const head = await sendRequest(at("/x"), { method: "HEAD" });
    expect([head.status, head.body]).toEqual([405, ""]);
    for (const encoding of [
      "gzip",
      "br",
      "deflate",
      "zstd",
      "identity, gzip",
      "GZIP",
      "nonsense",
    ]) {
      const headers = { ...signed, "content-encoding": encoding };
      const answer = await sendRequest(at("/x"), { body, headers });
      expectProblem(answer, 415, "unsupported-encoding");
      expect(answer.headers["accept-encoding"]).toBe("identity");
    }
    const chunked = await sendRequest(at("/x"), { body, headers: signed, chunked: true });
    expectProblem(chunked, 411, "length-required");
    const bare = await sendRaw(webhook.url, "POST /x HTTP/1.1\r\nhost: localhost\r\n\r\n");
    expect(bare).toMatch(/^HTTP\/1\.1 411 .*urn:hourtally:problem:length-required/s);
    for (const path of ["/\x01", "/x?crc_token=%", "*", "http://a/x", "//x"]) {
      const answer = await sendRaw(
        webhook.url,
        `OPTIONS ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`,
      );
      expect(answer, path).toMatch(/^HTTP\/1\.1 4\d\d /);
      expect(answer, path).not.toMatch(/<|\bat \S+:\d+/);
    }
    expect(await webhook.takeTweets(0)).toEqual([]);
  });

  test("by signature", async () => {
    const other = signX(`${body} `);
    expectProblem(await post("/x", body, {}), 401, "missing-signature");
    expectProblem(await post("/x", body, other), 401, "bad-signature");
    expectProblem(await post("/x", body, signX(body, "retired-secret")), 401, "bad-signature");
    expectProblem(await post("/standard/tweets", body, signX(body)), 401, "missing-signature");
    expectProblem(await post("/x", body, signStandard(body)), 401, "missing-signature");
    const now = Math.floor(Date.now() / 1_000);
    for (const timestamp of [now - 400, now + 400]) {
      const stale = signStandard(body, { timestamp });
      expectProblem(await post("/standard/tweets", body, stale), 401, "stale-timestamp");
    }
    expect(await webhook.takeTweets(0)).toEqual([]);
  });

  test("by content, and only after the signature was found good", async () => {
    const broken = '{"secret-canary":"c4n4ry"';
    expectProblem(await post("/x", broken, signX(body)), 401, "bad-signature");
    expectProblem(await post("/x", broken, signX(broken)), 400, "malformed-json");
    expectProblem(await post("/x", "", signX("")), 400, "malformed-json");
    const withMark = Buffer.from(`\ufeff${body}`);
    expectProblem(await post("/x", withMark, signX(withMark)), 400, "malformed-json");
    const latin1 = Buffer.from('"\xe9"', "latin1");
    const signed = signStandard(latin1);
    expectProblem(await post("/standard/tweets", latin1, signed), 400, "malformed-json");
    expect(await webhook.takeTweets(0)).toEqual([]);
  });

  test("what a challenge answers is the signature of no delivery", async () => {
    const forged = '{"tweet_create_events":[]}';
    const ask = (token: string) =>
      sendRequest(`${webhook.url}/x?crc_token=${encodeURIComponent(token)}`, { method: "GET" });
    expectProblem(await ask(forged), 400, "malformed-challenge");

    for (const token of ["12345", "true", "null", '"text"', "[1,2]"]) {
      const answered = await ask(token);
      expect(answered.status).toBe(200);
      const { response_token } = JSON.parse(answered.body);
      const answer = await post("/x", token, { "x-twitter-webhooks-signature": response_token });
      expectProblem(answer, 400, "not-an-object");
    }
    for (const query of [
      "",
      "?crc_token=",
      "?crc_token=a&crc_token=b",
      `?crc_token=${"a".repeat(2_000)}`,
    ]) {
      const answer = await sendRequest(`${webhook.url}/x${query}`, { method: "GET" });
      expectProblem(answer, 400, "malformed-challenge");
    }
    expect(await webhook.takeTweets(0)).toEqual([]);
  });

  test.runIf(process.platform === "linux")(
    "a 500 kB gzip bomb is refused unread, and the memory does not move",
    async () => {
      // 485 members of 1 MB of zeros each.
      const bomb = Buffer.concat(Array(485).fill(gzipSync(Buffer.alloc(2 ** 20))));
      expect(bomb.length).toBeGreaterThan(490_000);
      const before = peakResidentBytes(webhook.pid());
      const answers = await Promise.all(
        Array.from({ length: 4 }, () =>
          sendRequest(`${webhook.url}/x`, {
            body: bomb,
            headers: { ...json, "content-encoding": "gzip", ...signX(bomb) },
          }),
        ),
      );

      for (const answer of answers) expectProblem(answer, 415, "unsupported-encoding");
      expect(peakResidentBytes(webhook.pid()) - before).toBeLessThan(20_000_000);
      expect(await webhook.takeTweets(0)).toEqual([]);
    },
  );

  test.runIf(process.platform === "linux")(
    "ten times 5 MB of brackets do not move it either",
    async () => {
      const brackets = "[".repeat(2_500_000) + "]".repeat(2_500_000);
      const before = peakResidentBytes(webhook.pid());
      for (let index = 0; index < 10; index++) {
        const signed = signStandard(brackets, { id: `deep-${index}` });
        expectProblem(await post("/standard/tweets", brackets, signed), 400, "too-deep-json");
      }
      expect(peakResidentBytes(webhook.pid()) - before).toBeLessThan(60_000_000);
      expect(await webhook.takeTweets(0)).toEqual([]);
    },
  );

  test("a body that never ends is read up to a bound and cut off", async () => {
    const socket = connect(Number(new URL(webhook.url).port), "127.0.0.1");
    socket.on("error", () => {});
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.write("POST /x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 99000000000\r\n\r\n");
    const chunk = Buffer.alloc(2 ** 16);
    let bytes = 0;
    while (!socket.destroyed && bytes < 200_000_000) {
      bytes += chunk.length;
      const drained = new Promise((resolve) => socket.once("drain", resolve));
      if (!socket.write(chunk)) await Promise.race([closed, drained]);
    }
    await closed;
    expect(bytes).toBeLessThan(100_000_000);
  });

  test("a body that is cut off", async () => {
    const socket = connect(Number(new URL(webhook.url).port), "127.0.0.1");
    const { "x-twitter-webhooks-signature": signature } = signX(body);
    socket.write(
      `POST /x HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\nx-twitter-webhooks-signature: ${signature}\r\n\r\n${body.slice(0, 9)}`,
    );
    await delay(100);
    socket.destroy();
    expect(await webhook.takeTweets(0)).toEqual([]);
    expect(webhook.restarts()).toBe(0);
    expect((await post("/x", body, signX(body))).status).toBe(200);
    expect(await webhook.takeTweets(1)).toHaveLength(1);
  });
});

describe("a publish that fails", () => {
  test("answers 503 and when to come back: no such topic", async () => {
    const body = '{"lost":false}';
    const answer = await post("/standard/log-lines", body, signStandard(body));
    expectProblem(answer, 503, "publish-failed");
    expect(answer.headers["retry-after"]).toBe("5");
    await waitUntil("it is logged", () => webhook.log().includes('"severity":"ERROR"'));
  });

  test("answers 503 when Pub/Sub is gone, and accepts again when it is back", async () => {
    const body = '{"later":true}';
    const own = await startWebhook({ PUBLISH_TIMEOUT_MS: "1000" });
    const deliver = () =>
      sendRequest(`${own.url}/x`, { body, headers: { ...json, ...signX(body) } });
    await own.stopPubsub();
    const refused = await deliver();
    expectProblem(refused, 503, "publish-failed");
    expect(refused.headers["retry-after"]).toBe("5");

    await own.startPubsubAgain();
    await expect.poll(async () => (await deliver()).status, { interval: 200 }).toBe(200);
    // The refused one may have arrived after all: identities make that harmless.
    const messages = await own.takeTweets(1);
    expect(new Set(messages.map(({ data }) => data.toString()))).toEqual(new Set([body]));
    await own.stop();
  });
});

test("logs are one JSON object a line, without payloads, tokens or signatures", () => {
  const log = webhook.log();
  const lines = log
    .split("\n")
    // The framework's own greeting, which it leaves out in production.
    .filter((line) => line !== "" && !/^(Serving function|Function|Signature type|URL)/.test(line));
  expect(lines.filter((line) => !line.startsWith('{"severity":'))).toEqual([]);
  expect(lines.length).toBeGreaterThan(250);
  const { "x-twitter-webhooks-signature": signature } = signX('{"secret-canary":"c4n4ry"}');
  const forbidden = ["c4n4ry", signature, "sha256=", "v1,", xSecret, standardSecret, "9b4507b3"];
  for (const text of forbidden) expect(log).not.toContain(text);
});

test("without secrets no source is there, and with a bad one the process ends and names it", async () => {
  const bare = { GOOGLE_CLOUD_PROJECT: "demo", PUBSUB_EMULATOR_HOST: webhook.pubsubAddress };
  const closed = await serveFunction("receive-webhook", bare);
  for (const path of ["/x", "/standard/tweets"]) {
    const body = "{}";
    const headers = { ...signX(body, ""), ...signStandard(body) };
    const answer = await sendRequest(closed.url + path, { body, headers });
    expectProblem(answer, 404, "unknown-source");
  }
  await closed.stop();
  const starting = serveFunction("receive-webhook", {
    ...bare,
    STANDARD_WEBHOOK_SECRET: "whsec_c2hvcnQ=",
  });
  await expect(starting).rejects.toThrow(/STANDARD_WEBHOOK_SECRET(?!.*c2hvcnQ)/s);
});
