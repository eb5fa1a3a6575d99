import { createSecretKey } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { answerChallenge } from "../../functions/receive-webhook/answer-challenge.ts";
import { parseConfig } from "../../functions/receive-webhook/config.ts";
import { verifyHmac } from "../../functions/receive-webhook/verify-hmac.ts";
import { sendRaw, sendRequest } from "../support/send-request.ts";
import { serveHandler } from "../support/serve-handler.ts";
import { hasSharedData, sharedJson } from "../support/shared-data.ts";
import { signStandard } from "../support/sign-webhooks.ts";

const wycheproof = z.object({
  numberOfTests: z.number(),
  testGroups: z.array(
    z.object({
      tagSize: z.number(),
      tests: z.array(
        z.object({
          tcId: z.number(),
          key: z.string(),
          msg: z.string(),
          tag: z.string(),
          result: z.enum(["valid", "invalid"]),
        }),
      ),
    }),
  ),
});

const hex = (text: string) => Buffer.from(text, "hex");

describe.skipIf(!hasSharedData)("Wycheproof HMAC-SHA256", () => {
  const cases = () => {
    const { numberOfTests, testGroups } = wycheproof.parse(
      sharedJson("webhooks/wycheproof_hmac_sha256_test.json"),
    );
    const all = testGroups.flatMap(({ tagSize, tests }) =>
      tests.map((one) => ({ ...one, tagBytes: tagSize / 8 })),
    );
    expect(all).toHaveLength(numberOfTests);
    return all.map(({ tcId, key, msg, tag, result, tagBytes }) => ({
      tcId,
      result,
      tagBytes,
      verify: (bytes?: number) =>
        verifyHmac({ prefix: "", tags: [hex(tag)] }, hex(msg), [createSecretKey(hex(key))], bytes),
    }));
  };

  test("174 of 174", () => {
    const verdicts = cases().map(({ tcId, tagBytes, verify }) => [tcId, verify(tagBytes)]);
    expect(verdicts).toEqual(cases().map(({ tcId, result }) => [tcId, result === "valid"]));
    expect(verdicts.filter(([, isValid]) => isValid)).toHaveLength(66);
    expect(verdicts).toHaveLength(174);
  });

  test("a truncated tag is never good where a whole one is expected, nor the other way round", () => {
    const truncated = cases().filter(({ tagBytes }) => tagBytes === 16);
    const whole = cases().filter(({ tagBytes }) => tagBytes === 32);
    expect([truncated.length, whole.length]).toEqual([87, 87]);
    expect(truncated.filter(({ verify }) => verify())).toEqual([]);
    expect(whole.filter(({ verify }) => verify(16))).toEqual([]);
  });
});

const positives = z.array(
  z.looseObject({ scheme: z.string(), secret: z.string() }).and(
    z.object({
      body: z.string().optional(),
      id: z.string().optional(),
      timestamp: z.number().optional(),
      signature: z.string().optional(),
      crc_token: z.string().optional(),
      response_token: z.string().optional(),
    }),
  ),
);

describe.skipIf(!hasSharedData)("vectors of the senders themselves", () => {
  const vector = (scheme: string) => {
    const found = positives
      .parse(sharedJson("webhooks/positive.json"))
      .find((one) => one.scheme === scheme);
    if (found === undefined) throw new Error(`no vector of ${scheme}`);
    const { body = "", id = "", timestamp = 0, signature = "", crc_token = "" } = found;
    return { ...found, body, id, timestamp, signature, crc_token };
  };

  test("there are four", () => {
    const schemes = positives.parse(sharedJson("webhooks/positive.json")).map((one) => one.scheme);
    expect(schemes).toEqual([
      "standard-webhooks-v1",
      "github-x-hub-signature-256",
      "x-crc",
      "stripe-v1",
    ]);
  });

  test("Standard Webhooks: accepted over HTTP, and published", async () => {
    const { secret, id, timestamp, body, signature } = vector("standard-webhooks-v1");
    const served = await serveHandler(timestamp * 1_000, { STANDARD_WEBHOOK_SECRET: secret });
    const answer = await sendRequest(`${served.url}/standard/tweets`, {
      body,
      headers: {
        "webhook-id": id,
        "webhook-timestamp": String(timestamp),
        "webhook-signature": signature,
      },
    });
    await served.close();
    expect([answer.status, answer.body]).toEqual([202, '{"accepted":1}']);
    expect(served.published.map((one) => one.body.toString())).toEqual([body]);
  });

  test("X's challenge", () => {
    const { secret, crc_token, response_token } = vector("x-crc");
    expect(answerChallenge(`crc_token=${crc_token}`, createSecretKey(secret, "utf8"))).toBe(
      response_token,
    );
  });

  test.each([
    ["github-x-hub-signature-256", /^sha256=(.*)$/, () => ""],
    ["stripe-v1", /v1=(.*)$/, (timestamp: number) => `${timestamp}.`],
  ])("%s: no source of ours, but the same HMAC", (scheme, tag, prefix) => {
    const { secret, body, signature, timestamp } = vector(scheme);
    const tags = [hex(tag.exec(signature)?.[1] ?? "")];
    const keys = [createSecretKey(secret, "utf8")];
    const claim = { prefix: prefix(timestamp), tags };
    expect(verifyHmac(claim, Buffer.from(body), keys)).toBe(true);
    expect(verifyHmac(claim, Buffer.from(`${body} `), keys)).toBe(false);
  });
});

/** Wednesday 2026-11-18 12:00:00 UTC. */
const nowSeconds = 1_795_003_200;
const body = '{"type":"tweets","data":[1,2,3]}';
const oldSecret = "whsec_VGhlc2UgYXJlIHRoaXJ0eS10d28gb2xkZXIgYnl0ZXM=";
const retiredSecret = "whsec_cmV0aXJlZCByZXRpcmVkIHJldGlyZWQgcmV0aXJlZCE=";

type Sent = Parameters<typeof sendRequest>[1];

describe("negative cases", () => {
  let served: Awaited<ReturnType<typeof serveHandler>>;

  beforeEach(async () => {
    served = await serveHandler(nowSeconds * 1_000, {
      STANDARD_WEBHOOK_SECRET_PREVIOUS: oldSecret,
    });
  });

  afterEach(() => served.close());

  /** A valid delivery, but for what is changed. */
  const post = async (changes: Sent & { headers?: Record<string, string | string[]> } = {}) => {
    const headers = { ...signStandard(body, { timestamp: nowSeconds }), ...changes.headers };
    const answer = await sendRequest(`${served.url}/standard/tweets`, {
      body,
      ...changes,
      headers,
    });
    return answer.status;
  };
  const withHeader = (name: string, value: string | string[]) =>
    post({ headers: { [name]: value } });
  /** Rightly signed, with this timestamp. */
  const at = (timestamp: number | string) => post({ headers: signStandard(body, { timestamp }) });
  const without = async (name: string) => {
    const headers = Object.entries(signStandard(body, { timestamp: nowSeconds })).filter(
      ([header]) => header !== name,
    );
    const options = { body, headers: Object.fromEntries(headers) };
    return (await sendRequest(`${served.url}/standard/tweets`, options)).status;
  };
  const good = (
    options: Parameters<typeof signStandard>[1] = {},
    content: string | Buffer = body,
  ) => signStandard(content, { timestamp: nowSeconds, ...options })["webhook-signature"];
  const signed = (content: string | Buffer, options: Parameters<typeof signStandard>[1] = {}) => ({
    body: content,
    headers: signStandard(content, { timestamp: nowSeconds, ...options }),
  });
  const parseSecret = (secret: string) => () =>
    parseConfig({ GOOGLE_CLOUD_PROJECT: "demo", STANDARD_WEBHOOK_SECRET: secret });
  /** A body whose signature has both characters in which base64url differs. */
  const spelled = () => {
    for (let padding = 0; padding < 10_000; padding++) {
      const content = `{"padding":${padding}}`;
      const headers = signStandard(content, { timestamp: nowSeconds });
      if (/\+.*\/|\/.*\+/.test(headers["webhook-signature"])) return { body: content, headers };
    }
    throw new Error("no such signature");
  };

  const refused: Record<string, () => Promise<number | string>> = {
    "missing id": () => without("webhook-id"),
    "missing timestamp": () => without("webhook-timestamp"),
    "missing signature": () => without("webhook-signature"),
    "empty signature": () => withHeader("webhook-signature", ""),
    'timestamp "hello"': () => at("hello"),
    "timestamp older than tolerance (301 s)": () => at(nowSeconds - 301),
    "timestamp newer than tolerance (301 s)": () => at(nowSeconds + 301),
    'timestamp with trailing junk "1614265330abc" (reference JS library ACCEPTS: measured)': () =>
      at(`${nowSeconds}abc`),
    'timestamp "1614265330.9" (reference ACCEPTS)': () => at(`${nowSeconds}.9`),
    'timestamp "+1614265330" (reference ACCEPTS)': () => at(`+${nowSeconds}`),
    'timestamp "1614265330e5" (reference ACCEPTS)': () => at(`${nowSeconds}e5`),
    "timestamp leading zero (reference ACCEPTS)": () => at(`0${nowSeconds}`),
    "signature truncated to 8 chars": () => withHeader("webhook-signature", good().slice(0, 11)),
    'signature "v1,"': () => withHeader("webhook-signature", "v1,"),
    "signature version v2 only": () =>
      withHeader("webhook-signature", good().replace("v1,", "v2,")),
    "signature v1a when only symmetric configured": () =>
      withHeader("webhook-signature", good().replace("v1,", "v1a,")),
    "uppercase hex where hex expected": () => {
      const tag = Buffer.from(good().slice("v1,".length), "base64");
      return withHeader("webhook-signature", `v1,${tag.toString("hex").toUpperCase()}`);
    },
    "base64url instead of base64": () => {
      const { headers, ...rest } = spelled();
      const signature = headers["webhook-signature"].replaceAll("+", "-").replaceAll("/", "_");
      return post({ ...rest, headers: { ...headers, "webhook-signature": signature } });
    },
    "unpadded base64": () => withHeader("webhook-signature", good().replace("=", "")),
    "signature of other body": () => withHeader("webhook-signature", good({}, `${body} `)),
    "signature of other id": () => withHeader("webhook-signature", good({ id: "msg_other" })),
    "signature of other timestamp": () =>
      withHeader("webhook-signature", good({ timestamp: nowSeconds - 1 })),
    "signature valid under retired key (outside rotation overlap)": () =>
      withHeader("webhook-signature", good({ secret: retiredSecret })),
    "signature list of 1,000 entries (bounded work, reject >N)": () =>
      // All of 1,000 are more than a head may hold; 200 are not.
      withHeader("webhook-signature", Array(200).fill(good()).join(" ")),
    "duplicate header (two webhook-signature headers)": () =>
      withHeader("webhook-signature", [good(), good()]),
    'id containing "." (ambiguous signing string)': () => post(signed(body, { id: "msg.1" })),
    "id of 10 kB": () => post(signed(body, { id: "m".repeat(10_000) })),
    "two different invalid-UTF-8 bodies, same signature (reference lib collapses both to U+FFFD: measured)":
      () => {
        const one = Buffer.from('{"a":"\xff"}', "latin1");
        const other = Buffer.from('{"a":"\xfe"}', "latin1");
        return post({ ...signed(one), body: other });
      },
    "body re-serialised JSON (whitespace change)": () =>
      post({ body: JSON.stringify(JSON.parse(body), null, 1) }),
    "body with BOM prepended": () => post({ body: `\ufeff${body}` }),
    "Content-Encoding: gzip body": () => withHeader("content-encoding", "gzip"),
    "chunked body without content-length": () => post({ chunked: true }),
    "missing body": () => post(signed("")),
    "HEAD/GET/PUT to POST endpoint": async () => {
      const { headers } = signed(body);
      const statuses = ["HEAD", "GET", "PUT"].map(async (method) => {
        return (await sendRequest(`${served.url}/standard/tweets`, { method, headers })).status;
      });
      return (await Promise.all(statuses)).join();
    },
    "leap second / negative timestamp / 1e20 timestamp": async () =>
      [
        await at("2026-06-30T23:59:60Z"),
        await at(-nowSeconds),
        await at(`1${"0".repeat(20)}`),
      ].join(),
  };

  const statusOf: Record<string, number | string> = {
    "Content-Encoding: gzip body": 415,
    "chunked body without content-length": 411,
    "missing body": 400,
    "HEAD/GET/PUT to POST endpoint": "405,405,405",
    "leap second / negative timestamp / 1e20 timestamp": "401,401,401",
  };

  test.each(Object.entries(refused))("refused: %s", async (name, send) => {
    expect(await send()).toBe(statusOf[name] ?? 401);
    expect(served.published).toEqual([]);
    expect(await post(), "and the unchanged one is accepted").toBe(202);
    expect(served.published).toHaveLength(1);
  });

  test("refused: timestamp leading space (reference ACCEPTS)", async () => {
    // HTTP takes blanks around a value off, so one can only be seen in the middle.
    for (const timestamp of [`\u00a0${nowSeconds}`, `${nowSeconds / 10} 0`]) {
      expect(await at(timestamp)).toBe(401);
    }
    expect(served.published).toEqual([]);
  });

  const accepted: Record<string, () => Promise<number>> = {
    "signature valid under new key during overlap (accept)": async () => {
      const old = await post({ headers: { "webhook-signature": good({ secret: oldSecret }) } });
      return old === 202 ? post() : old;
    },
    "signature list: 1 valid of 4 (accept)": () => {
      const others = [retiredSecret, retiredSecret].map((secret) => good({ secret }));
      const list = [others[0], "v1a,bm90IGZvciB1cw==", good(), others[1]];
      return withHeader("webhook-signature", list.join(" "));
    },
  };

  test.each(Object.entries(accepted))("accepted: %s", async (_name, send) => {
    expect(await send()).toBe(202);
  });

  test.each([
    ["timestamp exactly at +-300 s (boundary, accept)", 300],
    ["clock skew +-299 s", 299],
  ])("accepted: %s", async (_name, seconds) => {
    expect(await at(nowSeconds - seconds)).toBe(202);
    expect(await at(nowSeconds + seconds)).toBe(202);
    expect(served.published).toHaveLength(2);
  });

  test.each(["empty secret (ctor must throw)", "secret prefix only"])("%s", (name) => {
    const secret = name.startsWith("empty") ? "" : "whsec_";
    expect(parseSecret(secret)).toThrow(
      /^set these environment variables: STANDARD_WEBHOOK_SECRET/,
    );
  });

  test("replay: same id twice inside tolerance (2xx, counted once)", async () => {
    expect([await post(), await post()]).toEqual([202, 202]);
    // Both carry the same bytes and id: identities count them once.
    const [first, second] = served.published;
    expect(second).toEqual(first);
    expect(served.logged.at(-1)?.counts).toMatchObject({ seen: "repeated" });
  });

  test("replay: same id different body, valid signature (must be recorded as conflict)", async () => {
    expect([await post(), await post(signed("{}"))]).toEqual([202, 202]);
    expect(served.published.map((one) => one.attributes["webhook-conflict"])).toEqual([
      undefined,
      "same-id-other-body",
    ]);
    expect(served.logged.map(({ severity }) => severity)).toContain("WARNING");
  });

  test("signature compared byte by byte (timing): use crypto.timingSafeEqual on equal-length digests", async () => {
    const tag = Buffer.from(good().slice("v1,".length), "base64");
    for (const position of tag.keys()) {
      const other = Buffer.from(tag);
      other[position] = (other[position] ?? 0) ^ 1;
      expect(await withHeader("webhook-signature", `v1,${other.toString("base64")}`)).toBe(401);
    }
    for (const length of [1, 31, 33, 64]) {
      const other = Buffer.concat([tag, tag]).subarray(0, length);
      expect(await withHeader("webhook-signature", `v1,${other.toString("base64")}`)).toBe(401);
    }
  });

  test("a list of 1,000 does not even come in", async () => {
    const list = Array(1_000).fill(good()).join(" ");
    const raw = `POST /standard/tweets HTTP/1.1\r\nhost: a\r\nwebhook-signature: ${list}\r\n\r\n`;
    expect(await sendRaw(served.url, raw)).toMatch(/^HTTP\/1\.1 431 /);
  });

  test.skipIf(!hasSharedData)("each of the 45 has its test", () => {
    const names = z.array(z.string()).parse(sharedJson("webhooks/negative_cases.json"));
    const tested = [
      ...Object.keys(refused),
      ...Object.keys(accepted),
      "timestamp leading space (reference ACCEPTS)",
      "timestamp exactly at +-300 s (boundary, accept)",
      "clock skew +-299 s",
      "empty secret (ctor must throw)",
      "secret prefix only",
      "replay: same id twice inside tolerance (2xx, counted once)",
      "replay: same id different body, valid signature (must be recorded as conflict)",
      "signature compared byte by byte (timing): use crypto.timingSafeEqual on equal-length digests",
    ];
    expect(tested.toSorted()).toEqual(names.toSorted());
    expect(names).toHaveLength(45);
  });
});
