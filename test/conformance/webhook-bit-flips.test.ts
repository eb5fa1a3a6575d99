import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { expect, test } from "vitest";
import { parseConfig } from "../../functions/receive-webhook/config.ts";
import type { RequestHead } from "../../functions/receive-webhook/guard-requests.ts";
import { createHandler } from "../../functions/receive-webhook/handler.ts";
import { createRandom } from "../support/create-random.ts";
import { signStandard, signX, standardSecret, xSecret } from "../support/sign-webhooks.ts";

const nowSeconds = 1_795_003_200;
const flips = process.env.HOURTALLY_NIGHTLY === undefined ? 20_000 : 1_000_000;
const seed = 20_261_118;

/** All of a request that a signature or a route speaks for, as bytes; the last field is the body. */
type Fields = { names: readonly string[]; values: readonly Buffer[] };

const envelope =
  '{"for_user_id":"2244994945","tweet_create_events":[{"id_str":"1146305069987618817","text":"a ☕"}]}';

const requestOf = (target: string, headers: Record<string, string>): Fields => ({
  names: ["target", ...Object.keys(headers), "body"],
  values: [target, ...Object.values(headers), envelope].map((value) => Buffer.from(value)),
});

const requests = [
  requestOf("/x", signX(envelope)),
  requestOf("/standard/tweets", signStandard(envelope, { timestamp: nowSeconds })),
];

let published = 0;
let head: RequestHead | undefined;
const silent = () => {};
const handler = createHandler({
  headOf: () => head,
  // The body is at hand already: reading streams is tested elsewhere and would only take time here.
  bodies: { read: () => body, release: silent },
  remember: () => "new",
  publish: async () => {
    published += 1;
  },
  now: () => nowSeconds * 1_000,
  log: { debug: silent, info: silent, warn: silent, error: silent },
  config: parseConfig({
    GOOGLE_CLOUD_PROJECT: "demo",
    X_CONSUMER_SECRET: xSecret,
    STANDARD_WEBHOOK_SECRET: standardSecret,
  }),
});
let body: Buffer;
/** A request that is read to its end, so that refusals have nothing to wait for. */
const nothing = Readable.from([]).resume();

/** The status that the whole handler answers. */
async function judge({ names }: Fields, values: readonly Buffer[]): Promise<number> {
  body = values.at(-1) ?? Buffer.alloc(0);
  const text = values.map((value) => value.toString("latin1"));
  head = {
    method: "POST",
    target: text[0] ?? "",
    headers: {
      "content-length": [String(body.length)],
      ...Object.fromEntries(
        names.slice(1, -1).map((name, index) => [name, [text[index + 1] ?? ""]]),
      ),
    },
  };
  let status = 0;
  await handler(nothing, {
    writeHead: (answered) => {
      status = answered;
    },
    write: silent,
    end: silent,
  });
  return status;
}

test(`${flips} flips of one bit in valid requests: none accepted`, async () => {
  await finished(nothing);
  for (const fields of requests) expect(await judge(fields, fields.values)).toBeLessThan(300);
  expect(published).toBe(requests.length);

  const random = createRandom(seed).fraction;
  const statuses = new Map<number, number>();
  const accepted: string[] = [];
  for (let flip = 0; flip < flips; flip++) {
    const fields = requests[flip % requests.length];
    if (fields === undefined) throw new Error("no request");
    const total = fields.values.reduce((bytes, { length }) => bytes + length, 0);
    const bit = Math.floor(random() * total * 8);
    const status = await judge(fields, flipBit(fields.values, bit));
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status < 300) accepted.push(`bit ${bit} of request ${flip % requests.length}`);
  }

  expect(accepted).toEqual([]);
  expect(published).toBe(requests.length);
  expect([...statuses.keys()].toSorted((a, b) => a - b)).toEqual([401, 404]);
}, 600_000);

/** The same bytes but for one bit, counted through all fields. */
function flipBit(values: readonly Buffer[], bit: number): Buffer[] {
  let start = 0;
  return values.map((value) => {
    const at = (bit >> 3) - start;
    start += value.length;
    if (at < 0 || at >= value.length) return value;
    const flipped = Buffer.from(value);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (bit & 7));
    return flipped;
  });
}
