import { status } from "@grpc/grpc-js";
import { expect, onTestFinished, test } from "vitest";
import { createPublisher } from "../../../../functions/redrive-failures/publish-message.ts";
import { startPublishServer } from "../../../support/start-publish-server.ts";

/** For what is answered, however busy the machine is. */
const patienceMs = 10_000;

async function start(answer: Parameters<typeof startPublishServer>[0]) {
  const server = await startPublishServer(answer);
  onTestFinished(server.stop);
  return { publish: createPublisher(server.client, patienceMs), published: server.published };
}

const idEach = ({ messages }: { messages: unknown[] }) => messages.map((_, n) => String(n + 1));

test("the messages of a page share requests, 500 in each, topic by topic", async () => {
  const { publish, published } = await start(idEach);
  const messages = Array.from({ length: 501 }, (_, n) =>
    publish("tweets", Buffer.from(`${n}`), {}),
  );
  const answers = await Promise.all([...messages, publish("items", Buffer.from("{}"), {})]);
  expect(new Set(answers)).toEqual(new Set(["published"]));
  const sent = published.map(({ topic, messages: some }) => `${some.length} to ${topic}`);
  expect(new Set(sent)).toEqual(
    new Set([
      "500 to projects/demo/topics/tweets",
      "1 to projects/demo/topics/tweets",
      "1 to projects/demo/topics/items",
    ]),
  );
});

test("a message keeps its attributes, also when it is sent alone", async () => {
  const { publish, published } = await start((asked, index) =>
    index === 0 ? status.INVALID_ARGUMENT : idEach(asked),
  );
  expect(await publish("tweets", Buffer.from("{}"), { schema: "raw" })).toBe("published");
  expect(published.flatMap(({ messages }) => messages)).toEqual([
    { data: "{}", attributes: { schema: "raw" } },
    { data: "{}", attributes: { schema: "raw" } },
  ]);
});

test.each([
  [status.INVALID_ARGUMENT, "a message"],
  [status.NOT_FOUND, "a topic"],
  [status.PERMISSION_DENIED, "a sender"],
])(
  "what is refused with %i, for %s, is sent alone once before it counts as refused",
  async (code) => {
    const { publish, published } = await start((asked) =>
      asked.messages.some(({ data }) => data === "bad") ? code : idEach(asked),
    );
    const answers = ["good", "bad", "too"].map((text) => publish("tweets", Buffer.from(text), {}));
    expect(await Promise.all(answers)).toEqual(["published", "refused", "published"]);
    expect(published.map(({ messages }) => messages.length)).toEqual([3, 1, 1, 1]);
  },
);

test("what nobody knows of when it is sent alone has not been published, and is not refused", async () => {
  const { publish } = await start((_, index) =>
    index === 0 ? status.NOT_FOUND : status.UNAUTHENTICATED,
  );
  await expect(publish("tweets", Buffer.from("{}"), {})).rejects.toMatchObject({
    code: status.UNAUTHENTICATED,
  });
});

test.each([
  ["with others", 0],
  ["alone", 1],
])("a message that is answered without an id, sent %s, is not safe", async (_, without) => {
  const { publish } = await start((__, index) => (index === without ? [] : status.NOT_FOUND));
  await expect(publish("tweets", Buffer.from("{}"), {})).rejects.toThrow("without the id");
});
