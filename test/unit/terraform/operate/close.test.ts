import { afterEach, describe, expect, test } from "vitest";
import { close, parseCloseOptions } from "../../../../terraform/operate/close.ts";
import { callCommand } from "../../../support/call-command.ts";
import { answerJson, startRestServer } from "../../../support/start-rest-server.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

/** Closes by a function that gives these answers one after the other; and what it was asked. */
async function closeBy(answers: readonly object[], ...args: string[]) {
  const server = await startRestServer((response, _request, index) =>
    answerJson(response, answers[index] ?? {}, index < answers.length ? 200 : 500),
  );
  stops.push(server.stop);
  const all = ["--url", server.url, ...args];
  const result = await callCommand("close", close, all, { HOURTALLY_ID_TOKEN: "" });
  return { ...result, asked: server.requests.map(({ body }): unknown => JSON.parse(body)) };
}

const closed = (stream: string, counted: number, some: { closed: number; told: number }) => ({
  stream,
  counted,
  ...some,
  bytesBilled: 100 * counted,
});

describe("npm run close", () => {
  test("asks for the rest of a range until nothing of it is left, and adds up each stream", async () => {
    const answers = [
      {
        streams: [
          closed("url-mentions", 3, { closed: 2, told: 3 }),
          closed("log-entries", 1, { closed: 0, told: 1 }),
        ],
        nextFrom: "2026-01-02T06:00:00Z",
      },
      { streams: [closed("url-mentions", 4, { closed: 1, told: 4 })] },
    ];
    const range = ["--from", "2026-01-02T03", "--to", "2026-01-02T10"];
    const { code, stdout, stderr, asked } = await closeBy(answers, ...range, "--json");
    expect(code).toBe(0);
    expect(asked).toEqual([
      { from: "2026-01-02T03:00:00Z", to: "2026-01-02T10:00:00Z" },
      { from: "2026-01-02T06:00:00Z", to: "2026-01-02T10:00:00Z" },
    ]);
    expect(stdout).toMatch(/^\{[^\n]*\}\n$/);
    expect(JSON.parse(stdout)).toEqual({
      streams: [
        { stream: "url-mentions", counted: 7, closed: 3, told: 7, bytesBilled: 700 },
        { stream: "log-entries", counted: 1, closed: 0, told: 1, bytesBilled: 100 },
      ],
      seconds: expect.any(Number),
    });
    expect(stderr).toContain(
      "url-mentions: 7 hours counted, 3 of them new or changed, 7 told (700 bytes billed)\n",
    );
  });

  test("without a range asks for what has changed, again while more is left", async () => {
    const more = { streams: [], nextFrom: "2026-01-02T06:00:00Z" };
    const { asked, stdout } = await closeBy([more, { streams: [] }], "--stream", "url-mentions");
    expect(asked).toEqual([{ stream: "url-mentions" }, { stream: "url-mentions" }]);
    expect(stdout).toBe("");
  });

  test("reads hours, a stream and where", () => {
    const range = ["--from", "2026-01-02T03:00Z", "--to", "2026-01-03"];
    const options = [...range, "--stream", "log-entries", "--url", "https://a.example/"];
    expect(parseCloseOptions(options)).toEqual({
      url: "https://a.example/",
      project: undefined,
      json: false,
      body: {
        from: "2026-01-02T03:00:00Z",
        to: "2026-01-03T00:00:00Z",
        stream: "log-entries",
      },
    });
    expect(parseCloseOptions([])?.body).toEqual({});
    expect(parseCloseOptions(["--help"])).toBeUndefined();
  });

  test.each([
    [["--from", "2026-01-02"], "--from and --to go together"],
    [["--to", "2026-01-02"], "--from and --to go together"],
    [["--from", "2026-01-02", "--to", "2026-01-02"], "--to must be later than --from"],
    [["--from", "2026-01-02T03:30", "--to", "2026-01-03"], "must be the start of an hour"],
    [["--stream", "tweets"], "--stream tweets: url-mentions"],
    [["--url", "foo"], "--url foo: must be a URL"],
  ])("%j is explained", (args, message) => {
    expect(() => parseCloseOptions(args)).toThrow(message);
  });
});
