import { gzipSync } from "node:zlib";
import { Storage } from "@google-cloud/storage";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRandom } from "../support/create-random.ts";
import { hasSharedData, sharedLines } from "../support/shared-data.ts";
import { startTestCloud, type TestCloud } from "../support/test-cloud.ts";

/** All of both weeks, which takes minutes, or a part of them: `TURNSTILES=whole npx vitest run …`. */
const isWhole = process.env.TURNSTILES === "whole";
/** Control areas with registers that jump and run backwards, and one that is read twice at once. */
const areas = /^\d*,(?:N21|R24)/;

/** By an independent count of the files, without any SQL. */
const expected = isWhole
  ? {
      rows: [253_022, 253_562],
      readings: 506_528,
      first: { counted: [247_951, 11_715_422, 21_147_267], backwards: 8, jump: 17 },
      both: { counted: [501_441, 22_595_502, 41_736_485], backwards: 15, jump: 40 },
    }
  : {
      rows: [6_489, 6_504],
      readings: 12_937,
      first: { counted: [6_312, 360_993, 965_351], backwards: 1, jump: 2 },
      both: { counted: [12_776, 686_982, 1_881_684], backwards: 3, jump: 4 },
    };

describe.runIf(hasSharedData)("New York's turnstiles by upload", { timeout: 900_000 }, () => {
  let cloud: TestCloud;
  const weeks = hasSharedData ? ["240113", "240120"].map(readWeek) : [];
  const total = expected.rows.reduce((sum, rows) => sum + rows, 0);

  beforeAll(async () => {
    cloud = await startTestCloud();
  });
  afterAll(() => cloud.stop());

  /** Uploads files, and waits until so many rows of registers are held. */
  async function upload(files: Record<string, readonly string[]>, rows: number): Promise<void> {
    const storage = new Storage({ projectId: cloud.projectId, apiEndpoint: cloud.storage });
    const bucket = storage.bucket(cloud.bucket);
    for (const [name, lines] of Object.entries(files)) {
      const content = gzipSync(`${lines.join("\n")}\n`);
      await bucket.file(`landing/turnstiles/${name}.csv.gz`).save(content, { resumable: false });
    }
    const held = async () =>
      (await cloud.query("SELECT COUNT(*) AS held FROM hourtally.turnstile_registers"))[0];
    await expect.poll(held, { timeout: 600_000, interval: 500 }).toEqual({ held: rows });
  }

  async function outcomes(): Promise<object> {
    const rows = await cloud.query(`SELECT
      FORMAT('%d %d %d', COUNTIF(outcome = 'counted'), SUM(IF(outcome = 'counted', entries, 0)),
        SUM(IF(outcome = 'counted', exits, 0))) AS counted,
      COUNTIF(outcome = 'backwards') AS backwards,
      COUNTIF(outcome = 'jump') AS jump
      FROM hourtally.turnstile_moves`);
    return rows[0] ?? {};
  }
  const said = ({ counted, ...aside }: typeof expected.first) => ({
    counted: counted.join(" "),
    ...aside,
  });
  const [first = [], second = []] = weeks;

  test("the first week, and then the second", async () => {
    await upload({ first }, expected.rows[0] ?? 0);
    expect(await outcomes()).toEqual(said(expected.first));
    await upload({ second }, total);
    expect(await outcomes()).toEqual(said(expected.both));
    expect(
      await cloud.query(`SELECT COUNT(*) AS readings FROM (
        SELECT DISTINCT ca, unit, scp, read_at FROM hourtally.turnstile_registers)`),
    ).toEqual([{ readings: expected.readings }]);
  });

  test("both once more: the same", async () => {
    await upload({ again: second, once: first }, 2 * total);
    expect(await outcomes()).toEqual(said(expected.both));
  });

  test("the other way round, each cut into ten files of any order: the same", async () => {
    await cloud.query("TRUNCATE TABLE hourtally.turnstile_registers");
    await upload(cut("b", second), expected.rows[1] ?? 0);
    await upload(cut("a", first), total);
    expect(await outcomes()).toEqual(said(expected.both));
    expect(await cloud.query("SELECT COUNT(*) AS failed FROM hourtally.failed_events")).toEqual([
      { failed: 0 },
    ]);
  });
});

function readWeek(name: string): string[] {
  const [header = "", ...lines] = sharedLines(`mta/${name}.csv.gz`);
  const isTaken = (line: string) => isWhole || areas.test(line);
  return [header, ...lines.filter(isTaken)];
}

/** Ten files, each with the header; rows of one device are in several, and files in no order. */
function cut(name: string, [header = "", ...lines]: readonly string[]): Record<string, string[]> {
  const random = createRandom(7);
  const parts = Array.from({ length: 10 }, (): string[] => [header]);
  for (const line of lines) parts[random.below(10)]?.push(line);
  return Object.fromEntries(parts.map((part, index) => [`${name}-${9 - index}`, part]));
}
