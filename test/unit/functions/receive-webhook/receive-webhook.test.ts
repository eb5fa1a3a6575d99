import { createSecretKey } from "node:crypto";
import { once } from "node:events";
import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  admitRequest,
  maxBodyBytes,
  type Topic,
} from "../../../../functions/receive-webhook/admit-request.ts";
import { answerChallenge } from "../../../../functions/receive-webhook/answer-challenge.ts";
import { parseConfig } from "../../../../functions/receive-webhook/config.ts";
import { countEvents } from "../../../../functions/receive-webhook/count-events.ts";
import { createHandler } from "../../../../functions/receive-webhook/handler.ts";
import { problemJson } from "../../../../functions/receive-webhook/problem-json.ts";
import { createBodyReader } from "../../../../functions/receive-webhook/read-body.ts";
import { readStandardSignature } from "../../../../functions/receive-webhook/read-standard-signature.ts";
import { readXSignature } from "../../../../functions/receive-webhook/read-x-signature.ts";
import { createDeliveryMemory } from "../../../../functions/receive-webhook/remember-deliveries.ts";
import { decodeDigest, verifyHmac } from "../../../../functions/receive-webhook/verify-hmac.ts";
import { signX, standardSecret, xSecret } from "../../../support/sign-webhooks.ts";

describe("configuration", () => {
  const project = { GOOGLE_CLOUD_PROJECT: "demo" };

  test("without secrets has no keys, and `tweets` for a topic", () => {
    expect(parseConfig(project)).toMatchObject({
      standardTopics: ["tweets"],
      xSecrets: [],
      standardSecrets: [],
      publishTimeoutMs: 8_000,
    });
  });

  test("holds the current secret before the previous one", () => {
    const { xSecrets, standardSecrets } = parseConfig({
      ...project,
      X_CONSUMER_SECRET: "new",
      X_CONSUMER_SECRET_PREVIOUS: "old",
      STANDARD_WEBHOOK_SECRET: standardSecret,
    });
    expect(xSecrets.map((key) => key.export().toString())).toEqual(["new", "old"]);
    expect(standardSecrets.map((key) => key.export().toString())).toEqual([
      "These are thirty-two bytes ...",
    ]);
  });

  test.each([
    ["X_CONSUMER_SECRET", ""],
    ["X_CONSUMER_SECRET", "with-line-end\n"],
    ["X_CONSUMER_SECRET", "two words"],
    ["X_CONSUMER_SECRET_PREVIOUS", ""],
    ["STANDARD_WEBHOOK_SECRET", ""],
    ["STANDARD_WEBHOOK_SECRET", "whsec_"],
    ["STANDARD_WEBHOOK_SECRET", standardSecret.slice("whsec_".length)],
    ["STANDARD_WEBHOOK_SECRET", "whsec_dG9vIHNob3J0"],
    ["STANDARD_WEBHOOK_SECRET", `whsec_${"AAAA".repeat(22)}`],
    ["STANDARD_WEBHOOK_SECRET", `${standardSecret}\n`],
    ["STANDARD_WEBHOOK_SECRET_PREVIOUS", "whsec_not base64"],
    ["STANDARD_WEBHOOK_TOPICS", ""],
    ["STANDARD_WEBHOOK_TOPICS", "tweets,"],
    ["STANDARD_WEBHOOK_TOPICS", "../tweets"],
    ["STANDARD_WEBHOOK_TOPICS", "tweets,url-mentions"],
    ["PUBLISH_TIMEOUT_MS", "soon"],
  ])("refuses %s=%j and does not repeat it", (name, value) => {
    const parse = () => parseConfig({ ...project, [name]: value });
    expect(parse).toThrow(name);
    if (value.length > 3) expect(parse).not.toThrow(value);
  });

  test.each([
    ["X_CONSUMER_SECRET", xSecret],
    ["STANDARD_WEBHOOK_SECRET", standardSecret],
  ])("a previous secret without %s is a mistake", (name, secret) => {
    const parse = () => parseConfig({ ...project, [`${name}_PREVIOUS`]: secret });
    expect(parse).toThrow(`${name}: must be set`);
  });
});

test("X and Standard Webhooks may not share a key, whichever of the two is the previous one", () => {
  const project = { GOOGLE_CLOUD_PROJECT: "demo" };
  const shared = {
    X_CONSUMER_SECRET: "as-long-as-a-standard-key",
    STANDARD_WEBHOOK_SECRET: standardSecret,
  };
  const ofX = "whsec_YXMtbG9uZy1hcy1hLXN0YW5kYXJkLWtleQ==";
  expect(() => parseConfig({ ...project, ...shared })).not.toThrow();
  for (const name of ["STANDARD_WEBHOOK_SECRET", "STANDARD_WEBHOOK_SECRET_PREVIOUS"]) {
    const parse = () => parseConfig({ ...project, ...shared, [name]: ofX });
    expect(parse).toThrow("STANDARD_WEBHOOK_SECRET: must be no secret of X");
  }
});

test.each(["acme", "Acme-", "a-b-", "-", "elevenchars1-"])("prefix %j is no tenant's", (prefix) => {
  const parse = () => parseConfig({ GOOGLE_CLOUD_PROJECT: "demo", TOPIC_PREFIX: prefix });
  expect(parse).toThrow("TOPIC_PREFIX");
});

describe("admission by the head", () => {
  const standardTopics: Topic[] = ["tweets", "log-lines"];
  const config = { xSecrets: [1], standardSecrets: [1], standardTopics };
  const admit = (
    method: string,
    target: string,
    headers: Record<string, string[]> = { "content-length": ["2"] },
  ) => admitRequest({ method, target, headers }, config);

  test.each([
    ["POST", "/x", { source: { scheme: "x", topic: "tweets" } }],
    ["POST", "/x?any=query", { source: { scheme: "x", topic: "tweets" } }],
    ["POST", "/standard/tweets", { source: { scheme: "standard", topic: "tweets" } }],
    ["POST", "/standard/log-lines", { source: { scheme: "standard", topic: "log-lines" } }],
    ["GET", "/x?crc_token=a", { kind: "challenge", query: "crc_token=a" }],
    ["GET", "/x", { kind: "challenge", query: "" }],
    ["GET", "/standard/tweets", { problem: "method-not-allowed", allow: "POST" }],
    ["HEAD", "/x", { problem: "method-not-allowed", allow: "GET, POST" }],
    ["POST", "/", { problem: "unknown-source" }],
    ["POST", "", { problem: "unknown-source" }],
    ["POST", "/standard/failed-events", { problem: "unknown-source" }],
    ["POST", "/standard/tweets/", { problem: "unknown-source" }],
    ["POST", "/standard/__proto__", { problem: "unknown-source" }],
    ["PUT", "/nowhere", { problem: "unknown-source" }],
  ])("%s %s", (method, target, expected) => {
    expect(admit(method, target)).toMatchObject(expected);
  });

  test.each([
    [{ "content-length": ["0"] }, { kind: "delivery", length: 0 }],
    [{ "content-length": [String(maxBodyBytes)] }, { kind: "delivery", length: 5_000_000 }],
    [{ "content-length": ["5000001"] }, { problem: "body-too-large" }],
    [{ "content-length": ["9".repeat(400)] }, { problem: "body-too-large" }],
    [{}, { problem: "length-required" }],
    [{ "transfer-encoding": ["chunked"] }, { problem: "length-required" }],
    [{ "transfer-encoding": ["chunked"], "content-length": ["2"] }, { problem: "length-required" }],
    [{ "content-length": ["2"], "content-encoding": ["Identity"] }, { kind: "delivery" }],
    [
      { "content-length": ["2"], "content-encoding": ["gzip"] },
      { problem: "unsupported-encoding" },
    ],
    [
      { "content-length": ["2"], "content-encoding": ["identity", "gzip"] },
      { problem: "unsupported-encoding" },
    ],
    [{ "content-length": ["2"], "content-encoding": [""] }, { problem: "unsupported-encoding" }],
  ])("with %j", (headers: Record<string, string[]>, expected) => {
    expect(admit("POST", "/x", headers)).toMatchObject(expected);
  });

  test("no source is there whose secret is not", () => {
    const none = { ...config, xSecrets: [], standardSecrets: [] };
    for (const target of ["/x", "/standard/tweets"]) {
      expect(admitRequest({ method: "POST", target, headers: {} }, none)).toEqual({
        kind: "refused",
        problem: "unknown-source",
      });
    }
  });
});

describe("signatures in headers", () => {
  const digest = "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

  test("a digest has one spelling", () => {
    expect(decodeDigest(digest)?.toString("hex")).toBe(
      "83484cf52b04f8e4cf2531adfed9882ad4b2665137b852442d594d20e2c9d4e1",
    );
    const others = ["", digest.slice(1), `${digest}=`, `${digest}\n`, ` ${digest}`];
    const respelled = digest.replace("E=", "F=");
    expect(Buffer.from(respelled, "base64")).toEqual(Buffer.from(digest, "base64"));
    for (const text of [...others, respelled]) expect(decodeDigest(text)).toBeUndefined();
  });

  test.each([
    [undefined, "missing-signature"],
    [[`sha256=${digest}`, `sha256=${digest}`], "missing-signature"],
    [[""], "bad-signature"],
    [[digest], "bad-signature"],
    [[`SHA256=${digest}`], "bad-signature"],
    [[`sha256=${digest}, sha256=${digest}`], "bad-signature"],
    [[`sha256=${digest.slice(0, 24)}`], "bad-signature"],
  ])("X: %j is a %s", (values, problem) => {
    expect(readXSignature({ "x-twitter-webhooks-signature": values })).toBe(problem);
  });

  test("Standard: what is signed before the body, and which delivery it is", () => {
    const headers = {
      "webhook-id": ["msg_1"],
      "webhook-timestamp": ["1614265330"],
      "webhook-signature": [`v2,AAAA v1,${digest}`],
    };
    expect(readStandardSignature(headers, 1_614_265_330_999)).toEqual({
      prefix: "msg_1.1614265330.",
      tags: [Buffer.from(digest, "base64")],
      delivery: { id: "msg_1", timestamp: "1614265330" },
    });
  });
});

describe("a secret", () => {
  const key = createSecretKey("secret of ours", "utf8");
  const other = createSecretKey("secret of another", "utf8");
  // By openssl dgst -sha256 -hmac, of `one.two` and of `token`.
  const digest = "2bef83e00b7eff6f4cd09a4367174bc3284e370205c6a2c7829c9934b0dce104";
  const answer = "sha256=K+stsbYVFP1FUms+t8WQMGGpV54U4wDzBIkqbnZLmsg=";

  test.each<[what: string, hex: string, tagBytes: number | undefined, isSigned: boolean]>([
    ["all of it", digest, undefined, true],
    ["none of it", "", undefined, false],
    ["half of it", digest.slice(0, 32), undefined, false],
    ["half of it where half is said", digest.slice(0, 32), 16, true],
    ["all of it where half is said", digest, 16, false],
    ["its other half", digest.slice(32), 16, false],
    ["more than it", `${digest}00`, undefined, false],
  ])("signs a body by %s: %s", (_, hex, tagBytes, isSigned) => {
    const tags = [Buffer.alloc(32), Buffer.from(hex, "hex")];
    const claim = { prefix: "one.", tags };
    expect(verifyHmac(claim, Buffer.from("two"), [other, key], tagBytes)).toBe(isSigned);
    expect(verifyHmac(claim, Buffer.from("two"), [other], tagBytes)).toBe(false);
    expect(verifyHmac({ ...claim, prefix: "one" }, Buffer.from("two"), [key], tagBytes)).toBe(
      false,
    );
  });

  test("answers a challenge", () => {
    expect(answerChallenge("crc_token=token", key)).toBe(answer);
    expect(answerChallenge("crc_token=token", other)).not.toBe(answer);
  });
});

describe("events of a body", () => {
  test.each([
    ["{}", 1, 1],
    ["[{},{},3]", 3, "not-an-object"],
    ["[]", 0, "not-an-object"],
    ["null", 1, "not-an-object"],
    ['"{"', 1, "not-an-object"],
    ["1 2", "malformed-json", "malformed-json"],
    ["{}\n{}", "malformed-json", "malformed-json"],
    ["", "malformed-json", "malformed-json"],
    ["\ufeff{}", "malformed-json", "malformed-json"],
  ])("%j", (body, standard, x) => {
    expect(countEvents(Buffer.from(body), "standard")).toBe(standard);
    expect(countEvents(Buffer.from(body), "x")).toBe(x);
  });

  test("of a body of a thousand levels, and of one more", () => {
    const nested = (levels: number) => Buffer.from("[".repeat(levels) + "]".repeat(levels));
    expect(countEvents(nested(1_000), "standard")).toBe(1);
    expect(countEvents(nested(1_001), "standard")).toBe("too-deep-json");
    expect(countEvents(nested(2_500_000), "standard")).toBe("too-deep-json");
  });

  test("of a body with a list of ten thousand elements, and of one more", () => {
    const activity = (events: number) =>
      Buffer.from(`{"for_user_id":"1","favorite_events":[${"0,".repeat(events - 1)}0]}`);
    expect(countEvents(activity(10_000), "x")).toBe(1);
    expect(countEvents(activity(10_001), "x")).toBe("too-many-events");
    const half = JSON.stringify(Array.from({ length: 5_001 }, () => 0));
    for (const divided of [
      `{"a":${half},"b":${half}}`,
      `{"for_user":"1","message":{"a":${half},"b":${half}}}`,
      `{"a":${half},"c":{"b":${half}}}`,
    ]) {
      expect(countEvents(Buffer.from(divided), "x")).toBe("too-many-events");
    }
    const inArray = Buffer.from(`[{"a":${half}},{"b":${half}}]`);
    expect(countEvents(inArray, "standard")).toBe("too-many-events");
    expect(countEvents(Buffer.from(`{"a":${half},"b":{"c":{"d":[${half}]}}}`), "x")).toBe(1);
  });

  test("of bytes that are no UTF-8 there are none", () => {
    expect(countEvents(Buffer.from([0x22, 0xff, 0x22]), "standard")).toBe("malformed-json");
  });
});

test("problems have a type of their own and nothing of the request", () => {
  expect(problemJson("bad-signature")).toEqual({
    status: 401,
    body: '{"type":"urn:hourtally:problem:bad-signature","title":"The signature does not fit the request","status":401}',
  });
});

describe("memory of deliveries", () => {
  const bytes = (text: string) => Buffer.from(text);

  test("tells a repetition from a conflict, by topic", () => {
    const remember = createDeliveryMemory();
    const delivery = { topic: "tweets", id: "1", body: bytes("a") };
    expect(remember(delivery)).toBe("new");
    expect(remember(delivery)).toBe("repeated");
    expect(remember({ ...delivery, body: bytes("b") })).toBe("conflict");
    expect(remember({ ...delivery, topic: "log-lines", body: bytes("b") })).toBe("new");
    expect(remember(delivery)).toBe("repeated");
  });

  test("forgets the oldest", () => {
    const remember = createDeliveryMemory(2);
    const verdicts = ["1", "2", "3", "2", "1"].map((id) =>
      remember({ topic: "tweets", id, body: bytes("a") }),
    );
    expect(verdicts).toEqual(["new", "new", "new", "repeated", "new"]);
  });
});

describe("reading a body", () => {
  /** Nothing until told. */
  const silentStream = () => new Readable({ read() {} });
  const sized = (bytes: number) => Readable.from([Buffer.alloc(bytes)]);
  const allLarge = { smallBytes: 0, timeoutMs: 1_000 };

  test("in chunks", async () => {
    const { read } = createBodyReader();
    const chunks = ["a", "☕", "b"].map((chunk) => Buffer.from(chunk));
    expect(String(await read(Readable.from(chunks), 5))).toBe("a☕b");
    expect(await read(Readable.from([]), 1)).toEqual(Buffer.alloc(0));
  });

  test("that has come with its head", async () => {
    const { read, release } = createBodyReader({ ...allLarge, heldBytes: 10 });
    const arrived = (bytes: number) => {
      const stream = silentStream();
      for (let sent = 0; sent < bytes; sent += 2) stream.push(Buffer.alloc(2));
      stream.push(null);
      return stream;
    };
    const request = arrived(8);
    const ended = once(request, "end");
    const body = read(request, 8);
    expect(body).toEqual(Buffer.alloc(8));
    await ended;
    expect(read(arrived(4), 4)).toBe("too-busy");
    if (Buffer.isBuffer(body)) release(body);
    expect(read(arrived(10), 10)).toEqual(Buffer.alloc(10));
    expect(read(arrived(0), 0)).toEqual(Buffer.alloc(0));
  });

  test("that does not come in time", async () => {
    const { read } = createBodyReader({ ...allLarge, heldBytes: 10, timeoutMs: 30 });
    const slow = silentStream();
    slow.push(Buffer.alloc(9));
    expect(await read(slow, 10)).toBe("body-timeout");
    expect(slow.destroyed).toBe(false);
    expect(await read(sized(10), 10)).toHaveLength(10);
  });

  test("that breaks off", async () => {
    const { read } = createBodyReader();
    const cut = silentStream();
    cut.push("a");
    const reading = read(cut, 2);
    cut.destroy(new Error("aborted"));
    expect(await reading).toBe("aborted");
  });

  test("holds no more than the bound at once, until a body is released", async () => {
    const { read, release } = createBodyReader({ ...allLarge, heldBytes: 10 });
    const first = await read(sized(6), 6);
    expect(await read(sized(5), 5)).toBe("too-busy");
    const second = await read(sized(4), 4);
    expect(await read(sized(1), 1)).toBe("too-busy");
    if (typeof first === "string" || typeof second === "string") throw new Error("no body");
    release(first);
    release(second);
    expect(await read(sized(10), 10)).toHaveLength(10);
  });
});

describe("bodies that are held back", () => {
  const limits = {
    smallBytes: 4,
    heldBytes: 30,
    heldSmallBytes: 8,
    timeoutMs: 5_000,
    pace: { bytes: 5, ms: 50 },
  };
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"],
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** A body of which only a part comes. */
  const part = (bytes: number) => {
    const stream = new Readable({ read() {} });
    stream.push(Buffer.alloc(bytes));
    return stream;
  };
  const whole = (bytes: number) => Readable.from([Buffer.alloc(bytes)]);

  test("never keep small ones out", async () => {
    const { read } = createBodyReader(limits);
    const stalled = [read(part(14), 15), read(part(14), 15)].map((one) => Promise.resolve(one));
    for (let time = 0; time < 2; time++) expect(await read(whole(4), 4)).toHaveLength(4);
    await vi.advanceTimersByTimeAsync(100);
    expect(await Promise.all(stalled)).toEqual(["body-timeout", "body-timeout"]);
  });

  test("make room for those that come: the slowest first", async () => {
    const { read } = createBodyReader({ ...limits, pace: { bytes: 0, ms: 50 } });
    const slow = part(1);
    const ends: string[] = [];
    const keep = (name: string) => (end: unknown) =>
      void ends.push(`${name}: ${typeof end === "string" ? end : "read"}`);
    const slowEnds = Promise.resolve(read(slow, 15)).then(keep("slow"));
    await vi.advanceTimersByTimeAsync(120);
    const fast = part(20);
    const fastEnds = Promise.resolve(read(fast, 21)).then(keep("fast"));
    expect(await read(whole(10), 10)).toHaveLength(10);
    await slowEnds;
    expect(ends).toEqual(["slow: too-busy"]);
    fast.push(Buffer.alloc(1));
    fast.push(null);
    // Whole bodies are not sent away: they are what has come.
    await fastEnds;
    expect(ends).toEqual(["slow: too-busy", "fast: too-busy"]);
  });

  test("go when they are slower than the pace, and stay as long as they are not", async () => {
    const { read } = createBodyReader(limits);
    const steady = part(6);
    const reading = read(steady, 15);
    const stalled = read(part(14), 15);
    for (let time = 0; time < 8; time++) {
      await vi.advanceTimersByTimeAsync(25);
      steady.push(Buffer.alloc(3));
    }
    steady.push(null);
    expect(await stalled).toBe("body-timeout");
    expect(await reading).toHaveLength(30);
  });

  test("of small ones, too, the slowest goes first", async () => {
    const { read } = createBodyReader(limits);
    const first = read(part(3), 4);
    await vi.advanceTimersByTimeAsync(60);
    const second = read(part(3), 4);
    expect(await read(whole(4), 4)).toHaveLength(4);
    expect(await first).toBe("too-busy");
    expect(second).toBeInstanceOf(Promise);
  });
});

describe("order of effects", () => {
  const envelope = '{"tweet_create_events":[]}';

  async function handle(options: {
    body: string;
    signature?: string;
    publish?: () => Promise<void>;
    guarded?: boolean;
  }) {
    const { body, publish = async () => {}, guarded = true } = options;
    const signature = options.signature ?? signX(body)["x-twitter-webhooks-signature"];
    const actions: string[] = [];
    const handler = createHandler({
      headOf: () =>
        guarded
          ? {
              method: "POST",
              target: "/x",
              headers: {
                "content-length": [String(body.length)],
                "x-twitter-webhooks-signature": [signature],
              },
            }
          : undefined,
      bodies: {
        read: async () => {
          actions.push("read");
          return Buffer.from(body);
        },
        release: () => actions.push("released"),
      },
      remember: () => {
        actions.push("remembered");
        return "new";
      },
      publish: async (topic) => {
        actions.push(`publishing to ${topic}`);
        await publish();
        actions.push("acknowledged");
      },
      now: () => 0,
      log: {
        debug: (counts, message) => actions.push(`debug ${message} ${JSON.stringify(counts)}`),
        info: (counts, message) => actions.push(`info ${message} ${JSON.stringify(counts)}`),
        warn: (_counts, message) => actions.push(`warn ${message}`),
        error: (counts, message) => actions.push(`error ${message} ${JSON.stringify(counts)}`),
      },
      config: parseConfig({ GOOGLE_CLOUD_PROJECT: "demo", X_CONSUMER_SECRET: xSecret }),
    });
    await handler(Readable.from([]), {
      writeHead: (status, headers) =>
        actions.push(`${status}${headers["retry-after"] ? " retry-after" : ""}`),
      write: () => {},
      end: () => {},
    });
    return actions;
  }

  test("read, publish, acknowledged, and only then success", async () => {
    const later = () => delay(10);
    expect(await handle({ body: envelope, publish: later })).toEqual([
      "read",
      "publishing to tweets",
      "acknowledged",
      "released",
      "200",
      'debug accepted {"scheme":"x","topic":"tweets","events":1,"bytes":26}',
    ]);
  });

  test("a publish that fails is no success, and its message is not logged", async () => {
    const publish = () =>
      Promise.reject(Object.assign(new Error(`cannot store ${envelope}`), { code: 5 }));
    expect(await handle({ body: envelope, publish })).toEqual([
      "read",
      "publishing to tweets",
      "released",
      "503 retry-after",
      'error failed {"reason":"publish-failed","error":"Error","code":5}',
    ]);
  });

  test("a bad signature is refused before anything is parsed", async () => {
    const signature = signX(envelope)["x-twitter-webhooks-signature"];
    expect(await handle({ body: "no json", signature })).toEqual([
      "read",
      "released",
      "401",
      'info refused {"reason":"bad-signature"}',
    ]);
  });

  test("a malformed signature is refused before the body is read", async () => {
    expect(await handle({ body: envelope, signature: "sha256=short" })).toEqual([
      "401",
      'info refused {"reason":"bad-signature"}',
    ]);
  });

  test("a request that came past the guard is not served", async () => {
    expect(await handle({ body: envelope, guarded: false })).toEqual([
      "500",
      'error failed {"reason":"internal-error","error":"Error"}',
    ]);
  });
});
