import { PubSub, Topic } from "@google-cloud/pubsub";
import { describe, expect, test, vi } from "vitest";
import {
  ExpiredPageError,
  type Failure,
  type FindFailures,
  type FoundFailures,
} from "../../../../functions/redrive-failures/find-failures.ts";
import { createHandler } from "../../../../functions/redrive-failures/handler.ts";
import {
  PageTokenError,
  readPageToken,
  writePageToken,
} from "../../../../functions/redrive-failures/page-token.ts";
import { createPublisher } from "../../../../functions/redrive-failures/publish-message.ts";
import { redriveAnswer } from "../../../../shared/events/redrive-request.v1.ts";

const failure = (id: string, overrides: Partial<Failure> = {}): Failure => ({
  id,
  sourceTopic: "tweets",
  attributes: { source: "test" },
  original: Buffer.from(`original of ${id}`),
  ...overrides,
});

type Sent = { topic: string; text: string; attributes: Record<string, string> };

function createRedrive(
  find: FindFailures | FoundFailures,
  answerTo: (sent: Sent) => "published" | "refused" | Error = () => "published",
  topicPrefix = "",
) {
  const sent: Sent[] = [];
  const errors: object[] = [];
  const logged: unknown[] = [];
  const handle = createHandler({
    find: typeof find === "function" ? find : async () => find,
    publish: async (topic, data, attributes) => {
      const message = { topic, text: data.toString(), attributes };
      const answer = answerTo(message);
      if (answer instanceof Error) throw answer;
      if (answer === "published") sent.push(message);
      return answer;
    },
    now: () => Date.parse("2026-02-03T04:05:06Z"),
    log: {
      info: (counts, message) => logged.push([counts, message]),
      error: (details) => errors.push(details),
    },
    config: { topicPrefix },
  });
  const post = async (body: unknown, method = "POST") => {
    const answer = { status: 0, type: "", body: "" };
    await handle(
      { method, body },
      {
        status: (code) => {
          answer.status = code;
        },
        setHeader: (name, value) => {
          if (name === "content-type") answer.type = value;
        },
        end: (text) => {
          answer.body = text;
        },
      },
    );
    return { ...answer, json: (): unknown => JSON.parse(answer.body) };
  };
  return { post, sent, errors, logged };
}

const request = { stage: "normalize-tweets", since: "2026-01-01T00:00:00Z" };

describe("a request for more than a page", () => {
  /** Three pages of BigQuery's; the third is the last. */
  const pages = (limits: number[]): FindFailures => {
    return async ({ pageToken = "1", limit }) => {
      limits.push(limit);
      const failures = Array.from({ length: Math.min(limit, 3) }, (_, n) =>
        failure(`${pageToken}.${n}`),
      );
      const next = pageToken === "3" ? {} : { nextPageToken: String(Number(pageToken) + 1) };
      return { found: 9, failures, ...next };
    };
  };

  test("sends page after page, to the end", async () => {
    const { post, sent } = createRedrive(pages([]));
    expect((await post(request)).json()).toEqual({ found: 9, redriven: 9, refused: 0, bytes: 135 });
    const originals = sent.filter(({ topic }) => topic === "tweets").map(({ text }) => text);
    expect(originals).toEqual(
      ["1.0", "1.1", "1.2", "2.0", "2.1", "2.2", "3.0", "3.1", "3.2"].map(
        (id) => `original of ${id}`,
      ),
    );
  });

  test("ends at its limit and tells where it goes on", async () => {
    const limits: number[] = [];
    const { post } = createRedrive(pages(limits));
    expect((await post({ ...request, limit: 5 })).json()).toMatchObject({
      redriven: 5,
      nextPageToken: "3",
    });
    expect(limits).toEqual([5, 2]);
  });

  test("fails as a whole when a later page does, with the earlier ones marked", async () => {
    const find = pages([]);
    const { post, sent } = createRedrive(async (asked) => {
      if (asked.pageToken === "2") throw new Error("quota");
      return find(asked);
    });
    expect((await post(request)).status).toBe(503);
    expect(sent.at(-1)?.text.match(/failed_event_id/g)).toHaveLength(3);
  });
});

describe("a page", () => {
  test("goes to its topics byte by byte, and then is marked", async () => {
    const found = {
      found: 3,
      failures: [failure("a"), failure("b", { sourceTopic: "t-url-mentions" })],
      nextPageToken: "next",
    };
    const { post, sent } = createRedrive(found);
    const answer = await post({ ...request, limit: 2, requestedBy: "night shift" });
    expect(answer.status).toBe(200);
    expect(redriveAnswer.parse(answer.json())).toEqual({
      found: 3,
      redriven: 2,
      refused: 0,
      bytes: 26,
      nextPageToken: "next",
    });
    expect(sent.slice(0, 2)).toEqual([
      { topic: "tweets", text: "original of a", attributes: { source: "test" } },
      { topic: "t-url-mentions", text: "original of b", attributes: { source: "test" } },
    ]);
    expect(sent[2]?.topic).toBe("append-redrives");
    expect(sent[2]?.text.split("\n").map((line): unknown => JSON.parse(line))).toEqual([
      {
        failed_event_id: "a",
        redriven_at: "2026-02-03T04:05:06.000Z",
        requested_by: "night shift",
      },
      {
        failed_event_id: "b",
        redriven_at: "2026-02-03T04:05:06.000Z",
        requested_by: "night shift",
      },
    ]);
  });

  test("is marked on the topic of its tenant, by the contract of its rows", async () => {
    const { post, sent } = createRedrive(
      { found: 1, failures: [failure("a", { sourceTopic: "acme-tweets" })] },
      undefined,
      "acme-",
    );
    await post(request);
    expect(sent.map(({ topic, attributes }) => [topic, attributes])).toEqual([
      ["acme-tweets", { source: "test" }],
      ["acme-append-redrives", { schema: "redrive.v1" }],
    ]);
  });

  test("is marked in compressed messages when it is large", async () => {
    const failures = Array.from({ length: 100 }, (_, n) => failure(`number ${n}`));
    const { post, sent } = createRedrive({ found: 100, failures });
    await post(request);
    expect(sent.at(-1)?.attributes).toEqual({
      schema: "redrive.v1",
      "content-encoding": expect.stringMatching(/^(?:gzip|zstd)$/),
    });
  });

  test("is logged with its counts and reason, never with the stage that the sender names", async () => {
    const { post, logged } = createRedrive({
      found: 2,
      failures: [failure("a")],
      nextPageToken: "next",
    });
    await post({ ...request, limit: 1, reason: "invalid-row" });
    const counts = { found: 2, redriven: 1, refused: 0, bytes: 13 };
    expect(logged).toEqual([[{ reason: "invalid-row", dryRun: false, ...counts }, "redriven"]]);
  });

  test("that is the last has no next one, wherever its limit is", async () => {
    const { post } = createRedrive({ found: 1, failures: [failure("a")] });
    for (const limit of [1, 2]) {
      expect((await post({ ...request, limit })).json()).not.toHaveProperty("nextPageToken");
    }
  });

  test("of nothing is nothing, and marks nothing", async () => {
    const { post, sent } = createRedrive({ found: 0, failures: [] });
    const nothing = { found: 0, redriven: 0, refused: 0, bytes: 0 };
    expect((await post(request)).json()).toEqual(nothing);
    expect(sent).toEqual([]);
  });

  test("leaves out the attributes that Pub/Sub has added", async () => {
    const attributes = {
      "my-goog": "mine",
      CloudPubSubDeadLetterSourceDeliveryCount: "100",
      googclient_schemaencoding: "JSON",
      "webhook-id": "w1",
    };
    const { post, sent } = createRedrive({ found: 1, failures: [failure("a", { attributes })] });
    await post(request);
    expect(sent[0]?.attributes).toEqual({ "my-goog": "mine", "webhook-id": "w1" });
  });

  test("marks nothing that was refused, and counts it", async () => {
    const gone = failure("b", { sourceTopic: "gone" });
    const { post, sent } = createRedrive({ found: 2, failures: [failure("a"), gone] }, (message) =>
      message.topic === "gone" ? "refused" : "published",
    );
    expect((await post(request)).json()).toMatchObject({ redriven: 1, refused: 1 });
    expect(sent[1]?.text).toContain('"failed_event_id":"a"');
    expect(sent[1]?.text).not.toContain('"failed_event_id":"b"');
  });

  test("of which one fails marks the others and is to be asked for again", async () => {
    const failures = [failure("a"), failure("b"), failure("c")];
    const { post, sent, errors } = createRedrive({ found: 3, failures }, ({ text }) =>
      text === "original of b" ? new Error("no answer") : "published",
    );
    const answer = await post(request);
    expect(answer).toMatchObject({ status: 503, type: "application/problem+json" });
    expect(sent.at(-1)?.text.match(/"failed_event_id":"\w+"/g)).toEqual([
      '"failed_event_id":"a"',
      '"failed_event_id":"c"',
    ]);
    expect(answer.json()).toMatchObject({
      title: "The page could not be sent back: ask for it again",
    });
    expect(errors).toEqual([
      { error: ["Error: 1 of 3 failed events could not be published", "Error: no answer"] },
    ]);
  });

  test("is not answered with success when the marks are not safe", async () => {
    const { post } = createRedrive({ found: 1, failures: [failure("a")] }, ({ topic }) =>
      topic === "append-redrives" ? new Error("no answer") : "published",
    );
    expect((await post(request)).status).toBe(503);
  });

  test("is not answered with success when nobody takes its marks", async () => {
    const { post, errors } = createRedrive({ found: 1, failures: [failure("a")] }, ({ topic }) =>
      topic === "append-redrives" ? "refused" : "published",
    );
    expect((await post(request)).status).toBe(503);
    expect(errors).toEqual([{ error: ["Error: append-redrives takes no marks"] }]);
  });

  test("holds back what is large: at most 16 MB are under way", async () => {
    const large = Array.from({ length: 8 }, (_, n) =>
      failure(String(n), { original: Buffer.alloc(9_000_000) }),
    );
    let underWay = 0;
    let most = 0;
    const handle = createHandler({
      find: async () => ({ found: 8, failures: large }),
      publish: async (_topic, data) => {
        underWay += data.byteLength;
        most = Math.max(most, underWay);
        await new Promise((resolve) => setImmediate(resolve));
        underWay -= data.byteLength;
        return "published";
      },
      now: () => 0,
      log: { info: () => {}, error: () => {} },
      config: { topicPrefix: "" },
    });
    const ignore = () => {};
    let answered = "";
    const end = (text: string) => {
      answered = text;
    };
    await handle({ method: "POST", body: request }, { status: ignore, setHeader: ignore, end });
    expect(JSON.parse(answered)).toMatchObject({ redriven: 8, bytes: 72_000_000 });
    expect(most).toBe(18_000_000);
  });
});

describe("a message", () => {
  /** Pub/Sub, as far as the publisher needs it: it answers with a gRPC code, or takes the message. */
  const publisher = (code?: number) => {
    const publishMessage = async () => {
      if (code !== undefined) throw Object.assign(new Error(`${code}`), { code });
      return "1";
    };
    const pubsub = new PubSub({ projectId: "demo" });
    vi.spyOn(pubsub, "topic").mockImplementation((name) =>
      Object.assign(new Topic(pubsub, name), { publishMessage }),
    );
    return createPublisher(pubsub);
  };

  test("is published", async () => {
    await expect(publisher()("tweets", Buffer.from("{}"), {})).resolves.toBe("published");
  });

  test.each([
    [3, "INVALID_ARGUMENT"],
    [5, "NOT_FOUND"],
    [7, "PERMISSION_DENIED"],
  ])("that is answered with %i, %s, is refused for good", async (code) => {
    await expect(publisher(code)("tweets", Buffer.from("{}"), {})).resolves.toBe("refused");
  });

  test.each([
    [4, "DEADLINE_EXCEEDED"],
    [8, "RESOURCE_EXHAUSTED"],
    [14, "UNAVAILABLE"],
    [16, "UNAUTHENTICATED"],
  ])("that is answered with %i, %s, fails its page", async (code) => {
    await expect(publisher(code)("tweets", Buffer.from("{}"), {})).rejects.toMatchObject({ code });
  });
});

describe("a request", () => {
  test.each([
    [{ ...request, stage: undefined }, "stage"],
    [{ ...request, since: "yesterday" }, "since"],
    [{ ...request, reason: "bad-luck" }, "reason"],
    [{ ...request, limit: 0 }, "limit"],
    [{ ...request, dry_run: true }, ""],
    ["not an object", ""],
    [undefined, ""],
  ])("%j is refused with the path of the field", async (body, path) => {
    const { post, sent } = createRedrive({ found: 1, failures: [failure("a")] });
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ title: "Not a redrive" });
    const issues = expect.arrayContaining([expect.objectContaining({ path })]);
    expect(answer.json()).toMatchObject({ issues });
    expect(sent).toEqual([]);
  });

  test("by another method is refused", async () => {
    const { post } = createRedrive({ found: 0, failures: [] });
    expect((await post(request, "GET")).status).toBe(405);
  });

  test.each([
    [new ExpiredPageError("gone"), 410],
    [new PageTokenError("odd"), 400],
    [new Error("quota"), 503],
  ])("that fails with %s is answered with %i", async (error, status) => {
    const { post } = createRedrive(async () => {
      throw error;
    });
    expect((await post(request)).status).toBe(status);
  });
});

describe("a page token", () => {
  test("survives the way there and back", () => {
    const token = { job: "job_1-x", location: "europe-west1", page: "BFX3=" };
    expect(readPageToken(writePageToken(token))).toEqual(token);
  });

  test("may be of a long job, far away", () => {
    const token = { job: "j".repeat(1_024), location: "l".repeat(64), page: "p".repeat(2_048) };
    expect(readPageToken(writePageToken(token))).toEqual(token);
    expect(readPageToken(writePageToken({ job: "j" }))).toEqual({ job: "j" });
  });

  test.each([
    "no JSON",
    "{}",
    '"j"',
    '{"job":"../x"}',
    '{"job":"x/.."}',
    '{"job":""}',
    `{"job":"${"j".repeat(1_025)}"}`,
    '{"job":"j","location":"eu/.."}',
    '{"job":"j","location":"../eu"}',
    '{"job":"j","location":""}',
    `{"job":"j","location":"${"l".repeat(65)}"}`,
    `{"job":"j","page":"${"p".repeat(2_049)}"}`,
    '{"job":"j","project":"another"}',
  ])("'%s' is none", (text) => {
    const read = () => readPageToken(Buffer.from(text).toString("base64url"));
    expect(read).toThrow(PageTokenError);
    expect(read).toThrow(
      expect.objectContaining({
        name: "PageTokenError",
        message: "not a page token of a redrive",
        cause: expect.any(Error),
      }),
    );
  });

  test.each(["", "x", "e30"])("'%s' is none either", (text) => {
    expect(() => readPageToken(text)).toThrow(PageTokenError);
  });
});
