import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Storage } from "@google-cloud/storage";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { triggersOf } from "../../shared/manifest/function-manifest.ts";
import { readManifests } from "../../terraform/read-manifests.ts";
import { createCanaries } from "../support/create-canaries.ts";
import { sendRequest } from "../support/send-request.ts";
import { hasSharedData, sharedJson } from "../support/shared-data.ts";
import { signStandard, signX } from "../support/sign-webhooks.ts";
import { startTestCloud, type TestCloud } from "../support/test-cloud.ts";

const canaries = createCanaries();
const canary = canaries.next;
const secrets = {
  X_CONSUMER_SECRET: canary(),
  STANDARD_WEBHOOK_SECRET: `whsec_${Buffer.from(`${canary()}-of-32-bytes`).toString("base64")}`,
};
const json = { "content-type": "application/json" };
const createdAt = "Wed Mar 04 00:00:00 +0000 2020";
let ids = 1_235_000_000_000_000_000n;

const nextId = (): string => {
  ids += 1n;
  return String(ids);
};

let cloud: TestCloud;

beforeAll(async () => {
  Object.assign(process.env, secrets);
  cloud = await startTestCloud();
});
afterAll(async () => {
  for (const name of Object.keys(secrets)) delete process.env[name];
  await cloud.stop();
});

/** Every line that any function has written so far, of either stream. */
function logLines(): { name: string; line: string }[] {
  return readdirSync(cloud.logDirectory).flatMap((file) =>
    readFileSync(join(cloud.logDirectory, file), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => ({ name: file.replace(".log", ""), line })),
  );
}

const leaksIn = (lines: readonly { name: string; line: string }[]) =>
  lines.flatMap(({ name, line }) => canaries.findIn(line).map((found) => ({ name, found, line })));

const logEntry = z.looseObject({ message: z.string() });

const isEntry = (line: string): boolean => {
  try {
    return logEntry.safeParse(JSON.parse(line)).success;
  } catch {
    return false;
  }
};

const publish = (topic: string, data: string | Uint8Array, attributes = {}) =>
  cloud.pubSub.topic(topic).publishMessage({ data: Buffer.from(data), attributes });

async function untilQuiet(): Promise<void> {
  await expect.poll(() => cloud.backlog()?.messages, { interval: 100 }).toBe(0);
}

/** A tweet of API v1.1 with a text of its own in each field that holds one. */
function tweetOf(text: () => string): object {
  const user = () => ({
    id_str: nextId(),
    name: text(),
    screen_name: text(),
    location: text(),
    url: `https://t.co/${text()}`,
    description: text(),
  });
  const entities = () => ({
    urls: [
      {
        url: `https://t.co/${text()}`,
        expanded_url: `https://${text()}.example.com/${text()}?token=${text()}#${text()}`,
        display_url: text(),
      },
      { expanded_url: `https://user:${text()}@example.com/` },
      { expanded_url: `javascript:${text()}` },
      { expanded_url: text() },
    ],
    hashtags: [{ text: text() }],
    user_mentions: [{ screen_name: text(), name: text(), id_str: nextId() }],
  });
  const status = () => ({
    id_str: nextId(),
    created_at: createdAt,
    text: text(),
    full_text: text(),
    source: `<a href="${text()}">${text()}</a>`,
    lang: text().slice(0, 64),
    place: { full_name: text() },
    in_reply_to_screen_name: text(),
    user: user(),
    entities: entities(),
    extended_tweet: { full_text: text(), entities: entities() },
    [text() || "empty"]: text(),
  });
  return { ...status(), retweeted_status: status(), quoted_status: status() };
}

/** Records that fail in the normalizer, each in its own way; some are no JSON. */
function failingRecords(text: () => string): string[] {
  return [
    text(),
    `{"text":"${text()}"`,
    `{"id_str":"1","text":${text()}}`,
    `["${text()}"]`,
    JSON.stringify({ [text()]: text() }),
    JSON.stringify({ id_str: text(), created_at: text(), text: text() }),
    JSON.stringify({ id_str: nextId(), created_at: createdAt, user: { id_str: [text()] } }),
    JSON.stringify({ id_str: nextId(), created_at: createdAt, entities: { urls: text() } }),
    JSON.stringify({ delete: { status: { id_str: text(), user_id_str: text() } } }),
    JSON.stringify({ delete: text() }),
    JSON.stringify({ data: text() }),
    JSON.stringify({ data: { event_type: text(), payload: { text: text() } } }),
    JSON.stringify({ data: { id: text(), text: text(), created_at: text() } }),
    JSON.stringify({ for_user_id: text(), tweet_create_events: [{ text: text() }] }),
    JSON.stringify({ action: text(), id: text() }),
  ];
}

/** Records that fail on the topics between functions. */
function failingRows(text: () => string): string[] {
  return [
    text(),
    JSON.stringify({
      id: text(),
      event_time: text(),
      url_key: text(),
      kind: text(),
      [text()]: text(),
    }),
    JSON.stringify({ outcome: text(), links: [{ url: text(), outcome: text() }] }),
    JSON.stringify({ hour: text(), url_key: text(), events: [{ id: text(), author: text() }] }),
    JSON.stringify({ stage: text(), reason: text(), issues: [{ path: text(), message: text() }] }),
  ];
}

const manifests = await readManifests();
/** All that anybody publishes to, but for what has a shape of its own. */
const otherTopics = [...new Set(manifests.flatMap(triggersOf))].filter(
  (topic) => !["tweets", "dead-letters", "object-finalized"].includes(topic),
);
/** Those that are called by HTTP, but for what has bodies of its own. */
const otherCalls = manifests.filter(
  ({ name, trigger }) =>
    "http" in trigger && !["receive-webhook", "redrive-failures"].includes(name),
);

const attributesOf = (text: () => string) => ({ source: text(), authorization: text() });

function functionUrl(name: string): string {
  const found = cloud.functions.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no function ${name}`);
  return found.url;
}

async function postWebhooks(text: () => string): Promise<number[]> {
  const url = functionUrl("receive-webhook");
  const secretHeaders = {
    ...json,
    authorization: `Bearer ${text()}`,
    cookie: `session=${text()}`,
    "x-forwarded-for": text(),
    "function-execution-id": text(),
    "x-cloud-trace-context": `${text()}/1;o=${text()}`,
  };
  const body = JSON.stringify({ for_user_id: "1", tweet_create_events: [tweetOf(text)] });
  const broken = `{"text":"${text()}`;
  const page = JSON.stringify([tweetOf(text)]);
  const x = signX(body, secrets.X_CONSUMER_SECRET);
  const standard = (of: string, id = text()) =>
    signStandard(of, { id, secret: secrets.STANDARD_WEBHOOK_SECRET });
  const sameId = text();
  const requests: [path: string, body: string, headers: Record<string, string>][] = [
    [`/x?token=${text()}`, body, x],
    ["/x", body, { "x-twitter-webhooks-signature": `sha256=${text()}` }],
    ["/x", body, { "x-twitter-webhooks-signature": text() }],
    ["/x", broken, signX(broken, secrets.X_CONSUMER_SECRET)],
    [`/${text()}?access_token=${text()}`, body, x],
    [`/standard/${text()}`, page, standard(page)],
    ["/standard/tweets", page, standard(page, sameId)],
    ["/standard/tweets", body, standard(body, sameId)],
    ["/standard/tweets", broken, standard(broken)],
    ["/standard/tweets", page, { ...standard(page), "webhook-timestamp": text() }],
    ["/standard/tweets", page, { ...standard(page), "webhook-signature": `v1,${text()}` }],
    ["/standard/tweets", page, { ...standard(page), "content-encoding": text() }],
  ];
  const answers = await Promise.all(
    requests.map(([path, of, headers]) =>
      sendRequest(url + path, { body: of, headers: { ...secretHeaders, ...headers } }),
    ),
  );
  await fetch(`${url}/x?crc_token=${text()}`);
  return answers.map(({ status }) => status);
}

async function landObjects(text: () => string): Promise<void> {
  const bucket = new Storage({ projectId: cloud.projectId }).bucket(cloud.bucket);
  const lines = [JSON.stringify(tweetOf(text)), ...failingRecords(text)].join("\n");
  const header = "C/A,UNIT,SCP,STATION,LINENAME,DIVISION,DATE,TIME,DESC,ENTRIES,EXITS\n";
  const gzipped = gzipSync(lines);
  const objects: [name: string, content: string | Buffer][] = [
    [`landing/tweets/${text()}.jsonl`, lines],
    [`landing/tweets/${text()}/${text()}.json`, `[${JSON.stringify(tweetOf(text))},"${text()}"`],
    [`landing/tweets/${text()}.jsonl.gz`, gzipped],
    [`landing/tweets/${text()}.jsonl.gz`, gzipped.subarray(0, -9)],
    [`landing/tweets/${text()}.zip`, `PK\u0003\u0004${text()}`],
    [`landing/${text()}/${text()}.jsonl`, lines],
    [`landing/images/${text()}.png`, `PNG${text()}`],
    [`landing/texts/${text()}.txt`, `${text()} ${text()}`],
    [`landing/texts/${text()}.txt`, `PK\u0003\u0004${text()}`],
    [`landing/turnstiles/${text()}.csv`, `${header}${text()},"${text()},${text()}\n${text()}`],
    [`landing/turnstiles/${text()}.csv`, `${text()},${text()}\n${text()},${text()}\n`],
    [`landing/turnstiles/${text()}.csv`, `${header}${Array(11).fill(text()).join(",")}\n`],
  ];
  await Promise.all(
    objects.map(([name, content]) =>
      bucket.file(name).save(content, { resumable: false, metadata: { metadata: { by: text() } } }),
    ),
  );
  await publish("object-finalized", text(), attributesOf(text));
  const notified = { eventType: "OBJECT_FINALIZE", objectGeneration: "1" };
  await publish("object-finalized", text(), {
    ...notified,
    bucketId: cloud.bucket,
    objectId: `landing/tweets/${text()}`,
  });
  await publish("object-finalized", text(), { ...notified, bucketId: text(), objectId: text() });
}

async function postRedrives(text: () => string): Promise<number[]> {
  const since = "2020-01-01T00:00:00.000Z";
  const bodies = [
    { stage: text(), since, requestedBy: text() },
    { stage: "normalize-tweets", since, requestedBy: text(), dryRun: true },
    { stage: "normalize-tweets", since, pageToken: text() },
    { stage: text(), reason: text(), since: text(), [text()]: text() },
    [text()],
  ].map((body) => JSON.stringify(body));
  const answers = await Promise.all(
    [...bodies, `{"stage":${text()}`, text()].map((body) =>
      sendRequest(`${functionUrl("redrive-failures")}/?token=${text()}`, {
        body,
        headers: { ...json, authorization: `Bearer ${text()}` },
      }),
    ),
  );
  return answers.map(({ status }) => status);
}

async function postCall(name: string, text: () => string): Promise<void> {
  const url = `${functionUrl(name)}/${encodeURIComponent(text())}?token=${encodeURIComponent(text())}`;
  const headers = { ...json, authorization: `Bearer ${text()}`, cookie: text() };
  await sendRequest(url, { method: "GET", headers });
  for (const body of [text(), JSON.stringify({ stream: text(), source: text(), from: text() })]) {
    await sendRequest(url, { body, headers });
  }
}

/** Everything a sender can write, by every way in. */
async function sendEverywhere(text: () => string) {
  const lines = [JSON.stringify(tweetOf(text)), ...failingRecords(text)];
  await publish("tweets", lines.join("\n"), attributesOf(text));
  for (const record of failingRecords(text)) await publish("tweets", record, attributesOf(text));
  await publish("tweets", Buffer.concat([Buffer.from(text()), Buffer.from([0xff])]));
  for (const topic of otherTopics) {
    const rows = [...failingRows(text), ...failingRecords(text)];
    await publish(topic, rows.join("\n"), attributesOf(text));
  }
  for (const { name } of otherCalls) await postCall(name, text);
  await publish("dead-letters", text(), attributesOf(text));
  await publish("dead-letters", text(), {
    ...attributesOf(text),
    CloudPubSubDeadLetterSourceDeliveryCount: "100",
    CloudPubSubDeadLetterSourceSubscription: "tweets.normalize-tweets",
    CloudPubSubDeadLetterSourceTopicPublishTime: "2020-03-04T00:00:00Z",
  });
  await landObjects(text);
  return { webhooks: await postWebhooks(text), redrives: await postRedrives(text) };
}

describe("canaries in every field", () => {
  test("a planted leak is found, also cut short and in base64", () => {
    const word = canary();
    const leak = (line: string) => leaksIn([{ name: "x", line }]);
    expect(leak(`{"message":"it says ${word}"}`)).toHaveLength(1);
    expect(leak(`Unexpected token 'q', "${word.slice(0, 10)}"... is not valid JSON`)).toHaveLength(
      1,
    );
    for (const before of ["", "a", "ab", "abc"]) {
      const encoded = Buffer.from(`${before}${word}`).toString("base64");
      expect(leak(`{"message":"${encoded}"}`), before).toHaveLength(1);
    }
    expect(leak('{"message":"normalized","mentions":3}')).toEqual([]);
  });

  test("a thousand of them, none in any log line", async () => {
    const { webhooks, redrives } = await sendEverywhere(canary);
    // Some are taken, and some are refused, by each.
    expect(new Set(webhooks)).toEqual(new Set([200, 202, 400, 401, 404, 415]));
    expect(new Set(redrives)).toEqual(new Set([200, 400]));
    await untilQuiet();
    expect(canaries.count()).toBeGreaterThan(1_000);
    const lines = logLines();
    const spoke = new Set(lines.map(({ name }) => name));
    const silent = cloud.functions.map(({ name }) => name).filter((name) => !spoke.has(name));
    // What these refuse, they answer and do not log, but their schedule may have called them.
    const mayBeSilent = ["close-hours", "poll-source", "serve-dashboard"];
    expect(silent.filter((name) => !mayBeSilent.includes(name))).toEqual([]);
    expect(leaksIn(lines)).toEqual([]);
    expect(lines.filter(({ line }) => !isEntry(line))).toEqual([]);
  });

  test("they had got through to the warehouse", async () => {
    const [row] = z.array(z.record(z.string(), z.number())).parse(
      await cloud.query(`SELECT
          (SELECT COUNT(*) FROM hourtally.posts, UNNEST(links) AS link
            WHERE link.url LIKE '%qzcanary%') AS links,
          (SELECT COUNT(*) FROM hourtally.url_hours_exact WHERE url_key LIKE '%qzcanary%') AS counted,
          (SELECT COUNT(DISTINCT reason) FROM hourtally.failed_events) AS reasons,
          (SELECT COUNT(DISTINCT stage) FROM hourtally.failed_events) AS stages`),
    );
    expect(row?.links).toBeGreaterThan(20);
    expect(row?.counted).toBeGreaterThan(3);
    expect(row?.reasons).toBeGreaterThan(8);
    // Of all functions that can fail an event, those that read objects among them.
    expect(row?.stages).toBe(16);
  });
});

/** For where the big list is absent: what breaks lines, quotes, encodings and terminals. */
const ownNaughtyStrings = [
  "",
  "undefined",
  "__proto__",
  "\\",
  '"',
  "'\"'\"",
  "{}",
  '{"severity":"EMERGENCY","message":"forged"}',
  "line\nbreak",
  "\r\n{}\r\n",
  "\u2028\u2029",
  "\u0000",
  "\u001b[31mred\u001b[0m",
  "\ufeff",
  "\ud800",
  "% %s %d %j %o",
  "${process.exit(1)}",
  "田中さんにあげて下さい",
  "👾 🙇 💁",
  "Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠",
];

const naughtyStrings = [
  ...ownNaughtyStrings,
  ...(hasSharedData ? z.array(z.string()).parse(sharedJson("bad-input/blns.json")) : []),
];

describe("naughty strings", () => {
  test.skipIf(!hasSharedData)("the big list is all there", () => {
    expect(naughtyStrings.length - ownNaughtyStrings.length).toBe(515);
  });

  test("in every text: every log line is one JSON object", async () => {
    const before = logLines().length;
    const records = naughtyStrings.flatMap((text) => [
      JSON.stringify({ ...tweetOf(() => text) }),
      JSON.stringify({ id_str: text, created_at: text, [text]: text }),
      text,
    ]);
    for (let from = 0; from < records.length; from += 30) {
      await publish("tweets", records.slice(from, from + 30).join("\n"));
    }
    const url = functionUrl("receive-webhook");
    const bucket = new Storage({ projectId: cloud.projectId }).bucket(cloud.bucket);
    await bucket.file("landing/tweets/naughty.jsonl").save(records.join("\n"));
    await Promise.all(
      naughtyStrings.map(async (text) => {
        await publish("dead-letters", text, { source: text.slice(0, 200) });
        const body = JSON.stringify({ text });
        const signed = { ...json, ...signX(body, secrets.X_CONSUMER_SECRET) };
        await sendRequest(`${url}/x`, { body, headers: signed });
      }),
    );
    for (const text of ownNaughtyStrings) {
      const stage = JSON.stringify({ stage: text, since: "2020-01-01T00:00:00.000Z" });
      await sendRequest(functionUrl("redrive-failures"), { body: stage, headers: json });
    }
    await untilQuiet();
    const lines = logLines();
    expect(lines.length).toBeGreaterThan(before + naughtyStrings.length);
    expect(lines.filter(({ line }) => !isEntry(line))).toEqual([]);
    expect(lines.filter(({ line }) => line.includes("forged"))).toEqual([]);
    expect(cloud.functions.map(({ restarts }) => restarts())).toEqual(cloud.functions.map(() => 0));
  });
});
