import { BigQuery } from "@google-cloud/bigquery";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import * as z from "zod";
import { createAppender } from "../../functions/append-rows/append-to-table.ts";
import { createWriterOpener } from "../../functions/append-rows/open-writer.ts";
import { bucketHours } from "../../functions/bucket-hours/bucket-hours.ts";
import { columnsOf, type Table } from "../../shared/rows/table.ts";
import { label } from "../../shared/streams/field-roles.ts";
import { exactViewSql, hoursViewSql } from "../../shared/streams/hours-view.ts";
import { declareStream, type Stream } from "../../shared/streams/stream.ts";
import { urlMentions } from "../../shared/streams/url-mentions.ts";
import { findLosses, type TableSchema } from "../../terraform/compare-schemas.ts";
import type { LocalBigquery } from "../local-cloud/bigquery/start-bigquery.ts";
import { startWarehouse } from "../local-cloud/start-warehouse.ts";

const projectId = "additive";
const dataset = "hourtally";

const { id: _id, event_time: _eventTime, ...fields } = urlMentions.event.shape;
/** The stream as a next release would declare it: its links have a language, which may be absent. */
const grown = declareStream({
  name: "url-mentions",
  counts: "url",
  description: urlMentions.description,
  epoch: urlMentions.epoch,
  fields: { ...fields, language: label(z.string().max(35).optional(), "Language of the page") },
  postsBy: "author",
  measures: {
    mentions: { counts: "events", description: "Posts that share the page" },
    authors: { counts: "distinct", of: "author", description: "Authors who share it" },
    originals: {
      counts: "events",
      where: { field: "kind", isNot: "repost" },
      description: "Posts that are no reposts",
    },
  },
});

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

/** What a producer publishes, old and new. */
const published = (name: string, more: object = {}) => ({
  id: `x:${name}`,
  event_time: new Date(Date.now() - 5_000).toISOString(),
  url_key: `example.org/${name}`,
  url: `https://example.org/${name}`,
  host: "example.org",
  author: "1",
  kind: "post",
  source: "x",
  revision: "01.00000000.01.310.1a2b3c",
  ...more,
});

const tableOf = ({ increments }: Stream): Table => ({
  name: increments.table,
  description: "",
  row: increments.row,
  clusteredBy: ["hour"],
  topic: increments.topic,
});

/** What one release of the functions makes of an event, from its topic to its table. */
async function count(stream: Stream, event: object): Promise<void> {
  const parsed = z.looseObject({ id: z.string(), event_time: z.string() });
  const rows = bucketHours(stream, [parsed.parse(stream.event.parse(event))]);
  const open = createWriterOpener({ projectId, dataset, writeEndpoint: server.writeUrl });
  expect(await createAppender(open)(tableOf(stream), rows)).toEqual([]);
}

const schemaOf = (stream: Stream): TableSchema => ({
  partitionedBy: "landed_at",
  clusteredBy: ["hour"],
  schema: columnsOf(tableOf(stream)),
});

const rowsOf = async (sql: string) =>
  (await bigquery.query({ query: sql.replaceAll("${dataset}", dataset) }))[0];

test("a new field travels from its producer to the views, and rows of before have none", async () => {
  await count(urlMentions, published("before"));
  await bigquery
    .dataset(dataset)
    .table(grown.increments.table)
    .setMetadata({ schema: JSON.parse(JSON.stringify({ fields: schemaOf(grown).schema })) });
  await bigquery
    .dataset(dataset)
    .table(grown.totals.table)
    .setMetadata({
      schema: {
        fields: [
          ...(await bigquery.dataset(dataset).table(grown.totals.table).getMetadata())[0].schema
            .fields,
          { name: "language", type: "STRING", mode: "NULLABLE" },
        ],
      },
    });
  await count(grown, published("new", { language: "pt" }));
  // An older producer to a newer function, and a newer producer to an older function.
  await count(grown, published("old-producer"));
  await count(urlMentions, published("old-function", { language: "pt" }));

  for (const sql of [exactViewSql(grown), hoursViewSql(grown)]) {
    const rows = await rowsOf(
      `SELECT url_key, language, mentions FROM (${sql}) AS counted ORDER BY url_key`,
    );
    expect(rows).toEqual([
      { url_key: "example.org/before", language: null, mentions: 1 },
      { url_key: "example.org/new", language: "pt", mentions: 1 },
      { url_key: "example.org/old-function", language: null, mentions: 1 },
      { url_key: "example.org/old-producer", language: null, mentions: 1 },
    ]);
  }
});

test("a field that a release adds is no loss, and one that it takes away or makes narrower is", () => {
  const tables = (stream: Stream) => ({ url_hour_increments: schemaOf(stream) });
  expect(findLosses(tables(urlMentions), tables(grown))).toEqual([]);
  expect(findLosses(tables(grown), tables(urlMentions))).toEqual([
    "url_hour_increments.language: the column is gone",
  ]);
  const narrow = schemaOf(grown).schema.map((column) =>
    column.name === "language" ? { ...column, mode: "REQUIRED" } : column,
  );
  const narrower = { url_hour_increments: { ...schemaOf(grown), schema: narrow } };
  expect(findLosses(tables(grown), narrower)).toEqual([
    "url_hour_increments.language: is REQUIRED, was NULLABLE",
  ]);
});
