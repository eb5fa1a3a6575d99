import { describe, expect, test } from "vitest";
import { findObjects } from "../../../../../terraform/operate/archive/find-objects.ts";

/** A bucket of objects, and the folders that were asked for. */
function createBucket(names: readonly string[]) {
  const asked: string[] = [];
  const getFiles = async ({ prefix }: { prefix: string }) => {
    asked.push(prefix);
    const found = names.filter((name) => name.startsWith(prefix));
    return [found.map((name) => ({ name, metadata: { size: "17" } }))] as const;
  };
  return { asked, bucket: { getFiles } };
}

const archived = (time: string) => `archive/tweets/2026-01-02/${time}Z_a.avro`;
const threeToFour = {
  from: Date.parse("2026-01-02T03:00:00Z"),
  to: Date.parse("2026-01-02T04:00:00Z"),
  archivedUntil: Date.parse("2026-01-02T05:00:00Z"),
};

describe("findObjects", () => {
  test.each([
    ["02_44_59", false],
    // Begun a quarter of an hour before, it may reach into the time.
    ["02_45_00", true],
    ["03_00_00", true],
    ["04_00_00", true],
    ["04_59_59", true],
    ["05_00_00", false],
  ])("from 3 to 4, archived until 5: one that was begun at %s: %s", async (time, isFound) => {
    const { bucket } = createBucket([archived(time)]);
    const found = await findObjects(bucket, "tweets", threeToFour);
    expect(found.map(({ name }) => name)).toEqual(isFound ? [archived(time)] : []);
  });

  test("tells when each was begun and how large it is, the first one first", async () => {
    const { bucket } = createBucket([archived("03_20_00"), archived("03_10_00")]);
    expect(await findObjects(bucket, "tweets", threeToFour)).toEqual([
      { name: archived("03_10_00"), openedAt: Date.parse("2026-01-02T03:10:00Z"), size: 17 },
      { name: archived("03_20_00"), openedAt: Date.parse("2026-01-02T03:20:00Z"), size: 17 },
    ]);
  });

  test("looks into no other topic, and at nothing that is no archive", async () => {
    const others = [
      "archive/tweets-of-others/2026-01-02/03_00_00Z_a.avro",
      "archive/log-lines/2026-01-02/03_00_00Z_a.avro",
      "archive/tweets/2026-01-02/03_00_00Z_a.json",
      "landing/tweets/2026-01-02/03_00_00Z_a.avro",
    ];
    const { bucket } = createBucket(others);
    expect(await findObjects(bucket, "tweets", threeToFour)).toEqual([]);
  });

  test.each([
    ["2026-01-02T00:15", "2026-01-02T01:00", ["2026-01-02"]],
    ["2026-01-02T00:14", "2026-01-02T01:00", ["2026-01-01", "2026-01-02"]],
    ["2026-01-02T12:00", "2026-01-03T00:00", ["2026-01-02"]],
    ["2026-02-28T12:00", "2026-03-02T00:01", ["2026-02-28", "2026-03-01", "2026-03-02"]],
  ])("from %s, archived until %s, it asks for the days %j", async (from, until, days) => {
    const { asked, bucket } = createBucket([]);
    const archivedUntil = Date.parse(`${until}Z`);
    await findObjects(bucket, "tweets", {
      from: Date.parse(`${from}Z`),
      to: archivedUntil,
      archivedUntil,
    });
    expect(asked).toEqual(days.map((day) => `archive/tweets/${day}/`));
  });

  test("one of the evening before reaches into the first minutes of a day", async () => {
    const evening = "archive/tweets/2026-01-01/23_55_00Z_a.avro";
    const { bucket } = createBucket([evening]);
    const from = Date.parse("2026-01-02T00:05:00Z");
    const range = { from, to: from + 60_000, archivedUntil: from + 60_000 };
    expect(await findObjects(bucket, "tweets", range)).toMatchObject([{ name: evening }]);
  });
});
