import { expect, test } from "vitest";
import { type Answer, answerCalls, problem } from "../../../../shared/environment/answer-calls.ts";

/** What a caller is answered, and what is logged meanwhile. */
async function call(
  request: { method: string; body?: unknown },
  answer: (body: unknown) => Promise<Answer> = async (body) => ({
    status: 200,
    body: { asked: body },
  }),
) {
  const logged: unknown[] = [];
  const answered: unknown[] = [];
  const headers: Record<string, string> = {};
  const handle = answerCalls(answer, {
    log: { error: (details, message) => logged.push({ ...details, message }) },
    failure: "Try again",
  });
  await handle(request, {
    status: (code) => answered.push(code),
    setHeader: (name, value) => {
      headers[name] = value;
    },
    end: (body) => answered.push(JSON.parse(body)),
  });
  return { answered, headers, logged };
}

const bytes = (text: string) => Buffer.from(text);

test("a call is answered with JSON, which nobody keeps", async () => {
  expect(await call({ method: "POST", body: bytes('{"from":"6"}') })).toEqual({
    answered: [200, { asked: { from: "6" } }],
    headers: { "content-type": "application/json", "cache-control": "no-store" },
    logged: [],
  });
});

test.each([
  ["is no JSON", bytes("{"), undefined],
  ["is not there", undefined, undefined],
  ["is read already", { from: "6" }, { from: "6" }],
])("a body that %s", async (_, body, expected) => {
  const asked: unknown[] = [];
  await call({ method: "POST", body }, async (value) => {
    asked.push(value);
    return { status: 200, body: {} };
  });
  expect(asked).toEqual([expected]);
});

test("only POST is taken", async () => {
  const { answered, headers } = await call({ method: "GET" });
  expect(answered).toEqual([
    405,
    { type: "about:blank", title: "Only POST is taken", status: 405 },
  ]);
  expect(headers["content-type"]).toBe("application/problem+json");
});

test("what a call fails with is logged, and its caller told what to do", async () => {
  const { answered, logged } = await call({ method: "POST" }, async () => {
    throw new TypeError("no BigQuery");
  });
  expect(answered).toEqual([503, { type: "about:blank", title: "Try again", status: 503 }]);
  expect(logged).toEqual([{ error: ["TypeError: no BigQuery"], message: "failed" }]);
});

test("a problem may list its issues", () => {
  const issues = [{ path: "from", message: "not the start of an hour" }];
  expect(problem(400, "Not a request", issues)).toEqual({
    status: 400,
    body: { type: "about:blank", title: "Not a request", status: 400, issues },
  });
  expect(problem(400, "Not a request").body).not.toHaveProperty("issues");
});
