import { BigQuery } from "@google-cloud/bigquery";
// Teaches protobufjs descriptors; in the bundle of append-rows another package does.
import "@google-cloud/bigquery-storage";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import * as z from "zod";
import { createAppender } from "../../functions/append-rows/append-to-table.ts";
import { createWriterOpener } from "../../functions/append-rows/open-writer.ts";
import { bucketHours } from "../../functions/bucket-hours/bucket-hours.ts";
import { closeStream } from "../../functions/close-hours/close-stream.ts";
import { createWarehouse } from "../../functions/close-hours/query-warehouse.ts";
import { tables } from "../../shared/rows/tables.ts";
import { urlMentions } from "../../shared/streams/url-mentions.ts";
import type { LocalBigquery } from "../local-cloud/bigquery/start-bigquery.ts";
import { startWarehouse } from "../local-cloud/start-warehouse.ts";
import { delivery } from "../support/deliveries.ts";
import { judgeTweets } from "../support/judge-tweets.ts";
import { hasSharedData, sharedJson, sharedLines } from "../support/shared-data.ts";

const projectId = "archive";
const dataset = "hourtally";
const expectedHours = z.object({
  hours: z.record(z.string(), z.object({ rawLinkShares: z.number() })),
});

/** A fifth of the archive proves the same: what is of every fifth day, by a text that begins with its date. */
const isCounted = (time: string): boolean => Number(time.slice(8, 10)) % 5 === 0;
const createdAt = z.object({ created_at: z.string() });

// Needs ../shared/data.
describe.skipIf(!hasSharedData)("an archive of eleven years, closed in full", () => {
  let server: LocalBigquery;
  let bigquery: BigQuery;
  beforeAll(async () => {
    server = await startWarehouse({ projectId, dataset });
    bigquery = new BigQuery({ projectId });
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server.stop();
  });

  /** Appends what the functions make of the archive; returns links that are not counted, by hour. */
  async function appendArchive(): Promise<Map<string, number>> {
    const table = tables.find(({ name }) => name === urlMentions.increments.table);
    if (table === undefined) throw new Error("the stream has a table");
    const append = createAppender(
      createWriterOpener({ projectId, dataset, writeEndpoint: server.writeUrl }),
    );
    const unlinked = new Map<string, number>();
    const lines = sharedLines("tweets/archive-icco.jsonl.gz").filter((line) =>
      isCounted(createdAt.parse(JSON.parse(line)).created_at),
    );
    for (let start = 0; start < lines.length; start += 500) {
      const judged = judgeTweets(delivery(lines.slice(start, start + 500).join("\n")));
      const rows = bucketHours(urlMentions, [...judged.mentions, ...judged.withdrawals]);
      expect(await append(table, rows)).toEqual([]);
      for (const { event_time } of judged.unlinked) {
        const hour = `${event_time.slice(0, 13)}:00:00Z`;
        unlinked.set(hour, (unlinked.get(hour) ?? 0) + 1);
      }
    }
    return unlinked;
  }

  const viewRow = z.object({ hour: z.string(), n: z.coerce.number() });

  test("all 2,197 hours of every fifth day are as an independent oracle counts them", {
    timeout: 300_000,
  }, async () => {
    const unlinked = await appendArchive();
    const now = Date.now();
    const told: string[] = [];
    const outcome = await closeStream(
      urlMentions,
      { now, until: Number.POSITIVE_INFINITY, watermark: undefined },
      {
        warehouse: createWarehouse(bigquery, { dataset, maximumBytesBilled: "1" }),
        publish: async (_topic, _schema, lines) => void told.push(...lines),
        now: () => now,
        random: Math.random,
      },
    );
    expect(outcome).toMatchObject({ counted: 2_197, closed: 2_197, told: 2_197 });
    expect(told).toHaveLength(2_198);
    // Not one is open any more.
    await bigquery.query(`DELETE FROM ${dataset}.url_hour_increments WHERE TRUE`);
    const [rows] = await bigquery.query(`
      SELECT FORMAT_TIMESTAMP('%FT%TZ', hour) AS hour, SUM(mentions) AS n
      FROM ${dataset}.url_hours GROUP BY hour`);
    const counted = new Map(
      z
        .array(viewRow)
        .parse(rows)
        .map(({ hour, n }) => [hour, n]),
    );
    const { hours } = expectedHours.parse(sharedJson("expected/archive-icco.json"));
    const expected = Object.entries(hours).filter(([hour]) => isCounted(hour));
    const all = expected.map(([hour]) => [
      hour,
      (counted.get(hour) ?? 0) + (unlinked.get(hour) ?? 0),
    ]);
    expect(Object.fromEntries(all)).toEqual(
      Object.fromEntries(expected.map(([hour, one]) => [hour, one.rawLinkShares])),
    );
  });
});
