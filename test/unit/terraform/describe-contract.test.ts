import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Parser } from "@asyncapi/parser";
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { topicsOf } from "../../../shared/manifest/list-topics.ts";
import { readManifests } from "../../../terraform/read-manifests.ts";
import { generateTweets } from "../../producer/generate-tweets.ts";
import { createFunction, subscribers } from "../../simulation/functions-under-test.ts";
import { tenant } from "../../simulation/tenant.ts";
import { messagePublished } from "../../support/deliveries.ts";
import { plainData } from "../../support/plain-data.ts";

const folder = join(import.meta.dirname, "../../../shared/contract");
const topics = topicsOf(await readManifests());
const ajv = new Ajv2020({ strict: true, allErrors: true });

const schemaOf = (topic: string): object =>
  z.looseObject({}).parse(JSON.parse(readFileSync(join(folder, `${topic}.schema.json`), "utf8")));

const validators = new Map(topics.map((topic) => [topic, ajv.compile(schemaOf(topic))]));
const isValid = (topic: string, line: unknown): boolean => validators.get(topic)?.(line) === true;

test("there is a schema of each topic, and AsyncAPI", () => {
  const files = topics.map((topic) => `${topic}.schema.json`);
  expect(readdirSync(folder).toSorted()).toEqual([...files, "asyncapi.json"].toSorted());
});

describe("the JSON Schema", () => {
  /** Lines by the topics on which the functions publish them. */
  const published = new Map<string, unknown[]>();

  beforeAll(async () => {
    const tweets = generateTweets({
      count: 200,
      seed: 3,
      endingAt: new Date("2026-01-02T03:04:05Z"),
    });
    const lines = [
      ...Array.from(tweets, ({ json }) => json),
      '{"id_str":"1"',
      '{"delete":{"status":{"id_str":"20"}}}',
    ];
    const platform = {
      publish: async (topic: string, data: Buffer, attributes: Record<string, string>) => {
        const plain = plainData(data, attributes);
        const parsed: unknown[] = plain
          .toString()
          .split("\n")
          .map((line) => JSON.parse(line));
        published.set(topic, [...(published.get(topic) ?? []), ...parsed]);
        await deliver(topic, plain);
      },
      append: async () => [],
      now: () => Date.parse("2026-01-02T04:00:00Z"),
      schedule: (run: () => void) => queueMicrotask(run),
    };
    const deliver = async (topic: string, data: Buffer) => {
      for (const { name, topics: triggers } of subscribers) {
        if (name === "load-object" || !triggers.includes(topic)) continue;
        await createFunction(name, platform, {})(messagePublished(data, tenant + topic));
      }
    };
    await deliver("tweets", Buffer.from(lines.join("\n")));
  });

  test.each([
    "link-shares",
    "url-mentions",
    "append-posts",
    "append-tombstones",
    "append-url-hours",
    "failed-events",
  ])("of %s takes every line that a function publishes, and none that lacks a field", (topic) => {
    const lines = published.get(topic) ?? [];
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(isValid(topic, line), JSON.stringify(line)).toBe(true);
    const { required } = z.object({ required: z.array(z.string()).min(1) }).parse(schemaOf(topic));
    for (const field of required) {
      const { [field]: _, ...others } = z.looseObject({}).parse(lines[0]);
      expect(isValid(topic, others), `without ${field}`).toBe(false);
    }
  });

  test("lets a line grow", () => {
    const [line] = published.get("link-shares") ?? [];
    expect(isValid("link-shares", { ...z.looseObject({}).parse(line), more: 1 })).toBe(true);
  });

  test.each<[string, unknown, boolean]>([
    ["tweets", { id_str: "20" }, true],
    ["tweets", [{ data: {} }], true],
    ["tweets", "text", false],
    ["log-lines", "GET / 200", true],
    ["turnstiles", { ca: "A002" }, false],
    ["turnstiles", "A002,R051,02-00-00,59 ST,NQR456W,BMT,01/06/2024,03:00:00,REGULAR,1,2", true],
    ["object-finalized", { kind: "storage#object", bucket: "b", name: "n", generation: "1" }, true],
    ["object-finalized", { bucket: "b" }, false],
    ["link-shares", { id: "20", event_time: "2026-02-30T00:00:00Z" }, false],
  ])("of %s judges %j", (topic, line, isTaken) => {
    expect(isValid(topic, line)).toBe(isTaken);
  });
});

describe("the AsyncAPI document", () => {
  test("is one by its official parser, and has all topics, with what functions do on them", async () => {
    const text = readFileSync(join(folder, "asyncapi.json"), "utf8");
    const { document, diagnostics } = await new Parser().parse(text);
    // Beneath warnings is what could be nicer: a newer version of AsyncAPI, for example.
    expect(diagnostics.filter(({ severity }) => severity < 2)).toEqual([]);
    expect(document?.version()).toBe("3.0.0");
    const channels = document
      ?.channels()
      .all()
      .map((channel) => channel.address());
    expect(channels?.toSorted()).toEqual(topics);
    const operations = document?.operations().all() ?? [];
    expect(operations.map((one) => `${one.id()} ${one.action()}`)).toEqual(
      expect.arrayContaining([
        "receive-webhook.send.tweets send",
        "normalize-tweets.receive.tweets receive",
        "normalize-urls.receive.link-shares receive",
        "bucket-hours.send.append-url-hours send",
        "append-rows.receive.append-url-hours receive",
      ]),
    );
    const [message] = document?.channels().get("link-shares")?.messages().all() ?? [];
    expect(message?.contentType()).toBe("application/x-ndjson");
    expect(message?.payload()?.required()).toEqual(expect.arrayContaining(["id", "links"]));
    expect(Object.keys(message?.headers()?.properties() ?? {})).toEqual([
      "schema",
      "content-encoding",
    ]);
  });
});
