import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { forget } from "../../../../terraform/operate/forget.ts";
import { redrive } from "../../../../terraform/operate/redrive.ts";
import { replay } from "../../../../terraform/operate/replay.ts";
import { retract } from "../../../../terraform/operate/retract.ts";
import { callCommand } from "../../../support/call-command.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server of our own in place of Google's; its url. */
async function serve(answer: Answer): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

const json = (response: ServerResponse, body: unknown, status = 200) =>
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));

/** No Pub/Sub: nothing of this is to publish. */
const emulators = (url: string) => ({
  PUBSUB_EMULATOR_HOST: "127.0.0.1:1",
  BIGQUERY_EMULATOR_HOST: url,
  STORAGE_EMULATOR_HOST: url,
  GOOGLE_CLOUD_PROJECT: "p",
});
const inEmulators = "Working in project p of the emulators at 127.0.0.1:1";

describe("npm run redrive", () => {
  const selection = ["--stage", "bucket-hours", "--since", "2026-01-01"];
  const problem = {
    title: "Not a redrive",
    issues: [{ path: "since", message: "must be earlier" }],
  };

  test.each(["pages.example", "127.0.0.1.example"])(
    "never sends its token to %s, where others could read it",
    async (host) => {
      const args = [...selection, "--url", `http://${host}/redrive-failures`];
      const run = await callCommand("redrive", redrive, args, {
        HOURTALLY_ID_TOKEN: "secret-token",
      });
      expect(run.code).toBe(2);
      expect(run.stderr).toContain(
        `never sent over http: name the function with --url https://${host}/`,
      );
      expect(run.stderr).not.toContain("secret-token");
    },
  );

  test.each([
    ["a web page", 200, "<html>", 2, /^redrive: \S+ is not redrive-failures$/m],
    ["another function", 200, "{}", 2, /^redrive: \S+ is not redrive-failures$/m],
    ["no such page", 404, "<html>", 2, /^redrive: \S+ is not redrive-failures$/m],
    ["a refusal", 403, "<html>", 2, /answers 403: set HOURTALLY_ID_TOKEN, see --help$/m],
    ["who asks", 401, "<html>", 2, /answers 401: set HOURTALLY_ID_TOKEN, see --help$/m],
    [
      "issues",
      400,
      JSON.stringify(problem),
      1,
      /redrive-failures answers 400: Not a redrive\n {2}since: must be earlier$/m,
    ],
  ])("is told %s once", async (_name, status, body, code, message) => {
    let requests = 0;
    const url = await serve((_request, response) => {
      requests += 1;
      response.writeHead(status).end(body);
    });
    const result = await callCommand("redrive", redrive, [...selection, "--url", url]);
    expect(result).toMatchObject({ code, stdout: "" });
    expect(result.stderr).toMatch(message);
    expect(result.stderr).toContain(`Working at ${url}.\n`);
    expect(requests).toBe(1);
  });

  test("needs the url of a function in Google Cloud", async () => {
    const result = await callCommand("redrive", redrive, [...selection, "--project", "acme-prod"]);
    expect(result).toMatchObject({ code: 2, stdout: "" });
    expect(result.stderr).toContain("redrive-failures of project acme-prod with --url URL");
  });
});

describe("npm run replay", () => {
  const times = ["--from", "2026-01-02T03", "--to", "2026-01-02T04"];
  const replayAll = async (objects: number, download: Answer) => {
    const items = Array.from({ length: objects }, (_, index) => ({
      name: `archive/tweets/2026-01-02/03_00_${10 + index}Z_a.avro`,
      size: "1",
    }));
    const url = await serve((request, response) => {
      if (request.url?.includes("alt=media")) download(request, response);
      else json(response, { items });
    });
    const environment = { ...emulators(url), HOURTALLY_LAKE_BUCKET: "lake" };
    return callCommand("replay", replay, times, environment);
  };

  test("stops at an object that it cannot have, and tells how to go on", async () => {
    const result = await replayAll(3, (request, response) => {
      if (request.url?.includes("03_00_11Z")) json(response, { error: { code: 403 } }, 403);
      else response.end("no Avro");
    });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(`${inEmulators}, bucket lake.\n`);
    expect(result.stderr).toContain(
      "replay: replaying archive/tweets/2026-01-02/03_00_11Z_a.avro failed; go on with --after archive/tweets/2026-01-02/03_00_10Z_a.avro",
    );
  });

  test("names what is damaged, and goes on", async () => {
    const result = await replayAll(2, (_request, response) => response.end("no Avro"));
    expect(result).toMatchObject({ code: 1, stdout: "" });
    for (const time of ["03_00_10Z", "03_00_11Z"]) {
      expect(result.stderr).toContain(
        `archive/tweets/2026-01-02/${time}_a.avro is no Avro file; 0 messages of it published to tweets.\n`,
      );
    }
    expect(result.stderr).toContain("0 messages of 2 objects, 0 bytes, published to tweets.\n");
  });

  test("without any input is a mistake", async () => {
    const result = await replayAll(0, (_request, response) => json(response, {}, 500));
    expect(result).toMatchObject({ code: 2, stdout: "" });
    expect(result.stderr).toContain("replay: no archived input of tweets in that time\n");
  });
});

describe("npm run retract", () => {
  const hours = ["--stream", "url-mentions", "--from", "2026-01-02T03", "--to", "2026-01-02T05"];

  test("prints the row in a dry run, and what would come then", async () => {
    const args = [...hours, "--dry-run", "--project", "acme-prod"];
    const result = await callCommand("retract", retract, args, { TOPIC_PREFIX: "acme-" });
    expect(result.code).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({ hour_from: "2026-01-02T03:00:00Z" });
    expect(result.stderr).toMatch(
      /^Working in project acme-prod, topic acme-append-retractions\.\nwould be retracted; then:\n\n {2}npm run replay -- --from 2026-01-02T02:00:00\.000Z --to \S+ --project acme-prod\n$/,
    );
  });
});

describe("npm run forget", () => {
  test("tells no number when it was interrupted", async () => {
    const job = { projectId: "p", jobId: "j" };
    const asked = Promise.withResolvers<void>();
    const hurry = Promise.withResolvers<void>();
    const url = await serve(async (request, response) => {
      if (request.method === "POST") {
        return json(response, { jobReference: job, status: { state: "DONE" } });
      }
      // The second page comes after Ctrl-C.
      const isFirst = !request.url?.includes("pageToken=");
      if (!isFirst) {
        asked.resolve();
        await hurry.promise;
      }
      return json(response, {
        jobReference: job,
        jobComplete: true,
        schema: { fields: [{ name: "id", type: "STRING" }] },
        rows: [{ f: [{ v: isFirst ? "x:1" : "x:2" }] }],
        ...(isFirst && { pageToken: "2" }),
      });
    });
    const args = ["--author", "12", "--dry-run", "--json"];
    const interruption = new AbortController();
    const ended = callCommand("forget", forget, args, emulators(url), interruption.signal);
    await asked.promise;
    interruption.abort();
    hurry.resolve();
    expect(await ended).toEqual({
      code: 130,
      stdout: "",
      stderr: `${inEmulators}, dataset hourtally, topic append-tombstones.\nInterrupted: the same command goes on.\n`,
    });
  });
});
