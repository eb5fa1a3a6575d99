import { describe, expect, test } from "vitest";
import { replayObject } from "../../../../../terraform/operate/archive/replay-object.ts";
import { encodeArchive } from "../../../../local-cloud/encode-archive.ts";
import { archivedMessage, inPieces } from "../../../../support/archived-messages.ts";

/** Five messages, each a block of its own. */
const names = ["a", "b", "c", "d", "e"];
const blockBytes = 600_000;
const archive = encodeArchive(
  "projects/p/subscriptions/tweets.archive",
  names.map((name, index) => archivedMessage(index, { data: Buffer.alloc(blockBytes, name) })),
);

type Download = () => AsyncIterable<Buffer>;
const whole: Download = () => inPieces(archive);
/** One that breaks off in the block behind so many, with a status of HTTP where there is one. */
const brokenBehind = (blocks: number, code?: number): Download =>
  async function* download() {
    yield archive.subarray(0, (blocks + 0.5) * blockBytes);
    throw Object.assign(new Error("broken off"), code === undefined ? {} : { code });
  };

/** Replays what one download after the other gives, and tells what was sent and waited for. */
async function replayFrom(
  downloads: readonly Download[],
  { isWanted = () => true, stopAt }: { isWanted?: (name: string) => boolean; stopAt?: string } = {},
) {
  const controller = new AbortController();
  const sent: string[] = [];
  const waits: number[] = [];
  let opened = 0;
  const nameOf = (data: Buffer) => data.toString("latin1", 0, 1);
  const replaying = replayObject(
    () => {
      opened += 1;
      return (downloads[opened - 1] ?? whole)();
    },
    ({ data }) => isWanted(nameOf(data)),
    async ({ data }) => {
      sent.push(nameOf(data));
      if (nameOf(data) === stopAt) controller.abort();
    },
    controller.signal,
    async (ms) => waits.push(ms),
  );
  const result = await replaying.catch((error: Error) => error.message);
  return { result, sent: sent.join(""), waits, opened };
}

const all = { messages: 5, bytes: 5 * blockBytes };

describe("replayObject", () => {
  test("sends each message once, in order, wherever downloads break off", async () => {
    expect(await replayFrom([whole])).toEqual({ result: all, sent: "abcde", waits: [], opened: 1 });
    expect(await replayFrom([brokenBehind(2), brokenBehind(1), brokenBehind(4, 503)])).toEqual({
      result: all,
      sent: "abcde",
      waits: [500, 1_000, 2_000],
      opened: 4,
    });
  });

  test("sends what is wanted, and goes on behind what is not", async () => {
    const isWanted = (name: string) => "bde".includes(name);
    const { result, sent } = await replayFrom([brokenBehind(3, 429)], { isWanted });
    expect([result, sent]).toEqual([{ messages: 3, bytes: 3 * blockBytes }, "bde"]);
  });

  test("gives up at once what it may not have, and after five attempts what always breaks off", async () => {
    const gone = await replayFrom([brokenBehind(1, 404)]);
    expect(gone).toEqual({ result: "broken off", sent: "a", waits: [], opened: 1 });
    const broken = await replayFrom(Array.from({ length: 9 }, () => brokenBehind(1)));
    expect(broken).toMatchObject({ result: "broken off", sent: "a", opened: 5 });
  });

  test("sends what comes before the damage of a file, which another download would not mend", async () => {
    const { result, sent, opened } = await replayFrom([
      () => inPieces(archive.subarray(0, 2.5 * blockBytes)),
    ]);
    expect(result).toMatchObject({
      messages: 2,
      bytes: 2 * blockBytes,
      damage: { name: "ArchiveError" },
    });
    expect([sent, opened]).toEqual(["ab", 1]);
  });

  test("sends no more once it is stopped", async () => {
    const { result, sent } = await replayFrom([whole], { stopAt: "b" });
    expect([result, sent]).toEqual([{ messages: 2, bytes: 2 * blockBytes }, "ab"]);
  });
});
