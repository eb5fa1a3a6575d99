import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { calm } from "../../simulation/draw-storm.ts";
import { generateInput } from "../../simulation/generate-input.ts";
import { createRandom } from "../../support/create-random.ts";

const storm = {
  ...calm,
  lateEvents: 0.3,
  poison: 0.05,
  repeats: 0.2,
  objects: true,
  webhooks: true,
  maxLinesPerMessage: 15,
};
const inputs = [1, 2].map((seed) => generateInput(createRandom(seed), 2_000, storm));
const messages = inputs.flatMap((input) => input.messages);
const lines = messages.flatMap(({ data }) => data.toString().split("\n"));
const counted = inputs.flatMap((input) => input.counted);

const linesWith = (part: string | RegExp) =>
  lines.filter((line) => (typeof part === "string" ? line.includes(part) : part.test(line)));
/** Where each outcome stands in an input, in the order in which it is published. */
const outcomes = inputs.map((input) =>
  input.messages.flatMap(({ receipts }) => receipts.map(({ outcome }) => outcome)),
);
/** Posts that are told before, or behind, an outcome that names them. */
const deletes = (isBehind: boolean) =>
  outcomes.flatMap((told) =>
    told.filter((outcome, at) => {
      if (!outcome.startsWith("delete ")) return false;
      const post = told.indexOf(outcome.replace("delete", "post"));
      return post !== -1 && post < at === isBehind;
    }),
  );

// A storm proves nothing about what its input never has.
describe("an input has", () => {
  test.each([
    ["tweets that were edited, of API v1.1", '"edit_history":{'],
    ["tweets that were edited, of API v2", '"edit_history_tweet_ids"'],
    ["posts of Bluesky that were edited", '"operation":"update"'],
    ["statuses that were edited", '"edited_at"'],
    ["tweets of a bare text", '"text":"see https://'],
    ["links that were followed, of API v1.1", '"unwound":{'],
    ["links that were followed, of API v2", '"unwound_url"'],
    ["pages with their titles", /"unwound[^}]*"title"/],
    ["titles of cards", '"title":"card '],
    ["times of other zones", " +0530 "],
    ["pages of tweets", /^\[\{/],
    ["reposts", '"retweeted_status"'],
    ["reposts in the includes of API v2", '"includes"'],
    ["quotes", '"quoted_status_id_str"'],
    ["quotes beside a card", "app.bsky.embed.recordWithMedia"],
    ["replies", '"in_reply_to_status_id_str"'],
    ["links that are no pages of the public web", "http://localhost/x"],
    ["links with tracking", "utm_"],
    ["statuses as JSON inside of JSON", /"payload":"\{/],
    ["statuses as members", /"payload":\{/],
    ["statuses alone", /^\{"id":"11500000000/],
    ["accounts that are gone", '"status":"deleted"'],
    ["accounts that are suspended, whose posts stay", '"status":"suspended"'],
    ["reposts of Bluesky", "app.bsky.feed.repost"],
    ["notices", '{"limit":{'],
    ["blank lines", /^\s*$/],
    ["shares of other normalizers", '"source":"forum"'],
    ["mentions of who knows pages", '"source":"weblog"'],
  ])("%s", (_, part) => {
    expect(linesWith(part).length).toBeGreaterThan(1);
  });

  test("deletes before and behind their posts, and of posts that nobody tells", () => {
    for (const network of ["x", "bluesky"]) {
      const of = (some: readonly string[]) =>
        some.filter((outcome) => outcome.startsWith(`delete ${network}:`)).length;
      expect(of(deletes(true)), network).toBeGreaterThan(5);
      expect(of(deletes(false)), network).toBeGreaterThan(5);
    }
    const posts = new Set(outcomes.flat());
    const untold = outcomes
      .flat()
      .filter((one) => one.startsWith("delete x:") && !posts.has(one.replace("delete", "post")));
    expect(untold.length).toBeGreaterThan(100);
  });

  test("statuses that two servers tell and delete, each by its own number", () => {
    const toldBy = (server: string) =>
      new Set(
        messages
          .filter(({ attributes }) => attributes?.server === server)
          .flatMap(({ receipts }) => receipts.map(({ outcome }) => outcome)),
      );
    const [one, two] = [toldBy("one.example.com"), toldBy("two.example.com")];
    expect(one.intersection(two).size).toBeGreaterThan(20);
    for (const server of ["one", "two"]) {
      const own = `delete mastodon:${server}.example.com/`;
      expect([...one, ...two].filter((outcome) => outcome.startsWith(own)).length).toBeGreaterThan(
        5,
      );
    }
  });

  test("posts that are told again, also as another reading", () => {
    const told = new Map<string, Set<string>>();
    let again = 0;
    for (const line of linesWith('"id_str"')) {
      const [, id = ""] = /"id_str":"(\d+)"/.exec(line) ?? [];
      const readings = told.get(id) ?? new Set();
      if (readings.size > 0) again += 1;
      told.set(id, readings.add(line));
    }
    expect(again).toBeGreaterThan(100);
    expect([...told.values()].filter(({ size }) => size > 1).length).toBeGreaterThan(50);
  });

  test("ids of every length, and events without an author", () => {
    const tweets = counted.filter(({ id }) => id.startsWith("x:"));
    const digits = tweets.map(({ id }) => id.length - "x:".length);
    expect(digits.filter((length) => length < 10).length).toBeGreaterThan(50);
    expect(digits.filter((length) => length === 19).length).toBeGreaterThan(50);
    expect(tweets.filter(({ author }) => author === undefined).length).toBeGreaterThan(10);
  });

  test("the first and the last moments of hours, and events that are late by days", () => {
    const ending = (end: string) => counted.filter(({ iso }) => iso.endsWith(end)).length;
    for (const end of [":00:00.000Z", ":00:00.001Z", ":59:59.999Z", ":59:59.000Z"]) {
      expect(ending(end), end).toBeGreaterThan(10);
    }
    const late = inputs.map(
      (input) =>
        input.counted.filter(({ iso }) => Date.parse(iso) < input.startMs - 86_400_000).length,
    );
    expect(Math.min(...late)).toBeGreaterThan(10);
  });

  test("one page twice in a post, and several pages", () => {
    const best = counted.flatMap((event) => event.best ?? []);
    const isTwice = best.filter(
      ({ links, pages }) =>
        links.length > pages.size && !links.some(({ raw }) => /localhost/.test(raw)),
    );
    expect(isTwice.length).toBeGreaterThan(5);
    expect(best.filter(({ pages }) => pages.size > 1).length).toBeGreaterThan(50);
    expect(best.filter(({ pages }) => pages.size === 0).length).toBeGreaterThan(50);
  });

  test("whatever makes a record fail, and what fails only until it is no more too early", () => {
    const failures = messages
      .filter(({ topic }) => topic !== "object-finalized")
      .flatMap((message) => message.failures);
    expect([...new Set(failures.map(({ reason }) => reason))].toSorted()).toEqual([
      "corrupt-data",
      "empty-message",
      "impossible-time",
      "invalid-field",
      "invalid-utf8",
      "malformed-json",
      "missing-id",
      "truncated-data",
      "unknown-shape",
      "unsafe-id",
      "unsupported-encoding",
    ]);
    const early = failures.filter(({ heals }) => heals);
    expect(early.length).toBeGreaterThan(5);
    expect(failures.some(({ reason, heals }) => reason === "impossible-time" && !heals)).toBe(true);
  });

  test("files that are plain, compressed, of two members, cut short and damaged", () => {
    const files = [1, 2, 3, 4, 5, 6].flatMap(
      (seed) => generateInput(createRandom(seed), 200, storm).objects,
    );
    const whole = files.filter(({ broken }) => broken === undefined);
    const compressed = whole.filter(({ name }) => name.endsWith(".gz"));
    expect(compressed.length).toBeGreaterThan(0);
    expect(whole.length).toBeGreaterThan(compressed.length);
    for (const { content } of compressed) expect(gunzipSync(content).toString()).toMatch(/^\{/);
    const member = Buffer.of(0x1f, 0x8b, 0x08);
    expect(compressed.some(({ content }) => content.indexOf(member, 1) > 0)).toBe(true);
    const broken = new Set(files.flatMap((file) => file.broken ?? []));
    expect([...broken].toSorted()).toEqual(["corrupt-object", "truncated-object"]);
  });

  test("webhooks of both schemes, of both secrets and of forgers", () => {
    const webhooks = inputs.flatMap((input) => input.webhooks);
    const kinds = new Set(
      webhooks.map(({ scheme, isForged, secret }) => `${scheme} ${isForged} ${secret}`),
    );
    expect(kinds.size).toBe(6);
    expect(new Set(webhooks.map(({ record }) => record.receipts.length)).size).toBeGreaterThan(2);
  });
});
