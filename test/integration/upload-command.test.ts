import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Bucket, Storage } from "@google-cloud/storage";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { planTransfers } from "../../terraform/operate/upload/plan-transfers.ts";
import { parseUploadOptions, upload } from "../../terraform/operate/upload.ts";
import { startStorage } from "../local-cloud/storage/start-storage.ts";
import { callCommand } from "../support/call-command.ts";

const command = fileURLToPath(new URL("../../terraform/operate/upload.ts", import.meta.url));

let directory: string;
let server: Awaited<ReturnType<typeof startStorage>>;
let bucket: Bucket;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "upload-"));
  server = await startStorage({ directory: join(directory, "storage"), publish: async () => {} });
  bucket = new Storage({ projectId: "demo", apiEndpoint: server.url }).bucket("lake");
  await bucket.create();
  writeFileSync(join(directory, "a.jsonl"), '{"a":1}\n');
  writeFileSync(join(directory, "b c.jsonl.gz"), "not really gzip");
});

afterEach(async () => {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Runs the command in the directory of the files, with little of the environment but `env`. */
function startUpload(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [command, ...args], {
    cwd: directory,
    env: { PATH: process.env.PATH, STORAGE_EMULATOR_HOST: server.url, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (text: Buffer) => {
    output.stdout += text.toString();
  });
  child.stderr.on("data", (text: Buffer) => {
    output.stderr += text.toString();
  });
  const finished = once(child, "close").then(([code]) => ({ code, ...output }));
  return { child, finished };
}

/** The same in this process, for all but the start and the end of one. */
const run = (args: string[], env: Record<string, string> = {}) =>
  callCommand("upload", upload, args, {
    INIT_CWD: directory,
    STORAGE_EMULATOR_HOST: server.url,
    ...env,
  });

async function uploadedNames(): Promise<string[]> {
  const [files] = await bucket.getFiles();
  return files.map((file) => file.name);
}

describe("upload", () => {
  test("several files go under a prefix", async () => {
    const args = ["--bucket", "lake", "a.jsonl", "b c.jsonl.gz", "landing/tweets/"];
    const result = await startUpload(args).finished;

    expect(result.stderr).toBe(`Uploading to gs://lake in the emulator at ${server.url}\n`);
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(
      /^a\.jsonl → gs:\/\/lake\/landing\/tweets\/a\.jsonl \(8 bytes, [\d.]+ s\)\nb c\.jsonl\.gz → /,
    );
    expect(await uploadedNames()).toEqual([
      "landing/tweets/a.jsonl",
      "landing/tweets/b c.jsonl.gz",
    ]);
    const [bytes] = await bucket.file("landing/tweets/a.jsonl").download();
    expect(bytes.toString()).toBe('{"a":1}\n');
  });

  test("one file, resumable and by another name, reported as JSON", async () => {
    const size = 17_000_001;
    writeFileSync(join(directory, "large.csv"), Buffer.alloc(size, "0123456789\n"));

    const result = await run(["--json", "large.csv", "landing/turnstiles/240113.csv"], {
      HOURTALLY_LAKE_BUCKET: "lake",
    });

    const [metadata] = await bucket.file("landing/turnstiles/240113.csv").getMetadata();
    expect(result.code).toBe(0);
    expect(JSON.parse(result.stdout)).toEqual({
      bucket: "lake",
      endpoint: server.url,
      uploaded: [
        {
          file: "large.csv",
          object: "landing/turnstiles/240113.csv",
          bytes: size,
          generation: metadata.generation,
          crc32c: metadata.crc32c,
          seconds: expect.any(Number),
        },
      ],
      notUploaded: [],
    });
    expect(metadata.size).toBe(String(size));
  });

  test("a bucket in the destination counts first, and an empty file is a file", async () => {
    writeFileSync(join(directory, "empty"), "");

    const result = await run(["--bucket", "other", "empty", "gs://lake/reports/"]);

    expect(result.code).toBe(0);
    expect(await uploadedNames()).toEqual(["reports/empty"]);
  });

  test("paths are meant from where npm was called", async () => {
    mkdirSync(join(directory, "below"));
    writeFileSync(join(directory, "below", "deep.csv"), "1");

    const result = await run(["--bucket", "lake", "deep.csv", "x/"], {
      INIT_CWD: join(directory, "below"),
    });

    expect(result.code).toBe(0);
    expect(await uploadedNames()).toEqual(["x/deep.csv"]);
  });

  test("--help explains, on standard output", async () => {
    const result = await run(["--help"]);

    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(result.stdout).toContain("npm run upload -- FILE landing/tweets/");
  });
});

describe("upload refuses, with what to do and without a stack trace,", () => {
  test("wrong calls, before anything is sent", async () => {
    const calls: [string[], string][] = [
      [["--bukket", "x", "a.jsonl", "y/"], "--bukket"],
      [["a.jsonl", "nope", "x/"], "no such file: nope"],
      [["a.jsonl", "x/"], "--bucket"],
      [["a.jsonl", "landing/posts/"], "folders are tweets, turnstiles, log-lines, images, texts"],
    ];
    for (const [args, explanation] of calls) {
      const result = await run(args);

      expect(result).toMatchObject({
        code: 2,
        stdout: "",
        stderr: expect.stringMatching(/^upload: [^\n]*\n$/),
      });
      expect(result.stderr).toContain(explanation);
    }
    expect(await uploadedNames()).toEqual([]);
  });

  test.each([[[]], [["a.jsonl"]]])("no destination: %j", (args) => {
    expect(() => parseUploadOptions(args)).toThrow("name the FILE(s)");
  });

  test.each([
    [["storage"], "x/", "not a file: storage"],
    [["a.jsonl", "b c.jsonl.gz"], "x", "ends in a slash: x/"],
    [["a.jsonl"], "/landing/", "must not begin with a slash: landing/"],
    [["a.jsonl", "./a.jsonl"], "x/", "would become x/a.jsonl"],
    [["a.jsonl"], "landing/tweets", "nothing is taken from landing/tweets: write landing/tweets/"],
    [["a.jsonl"], "landing/tweet/", "landing/tweet/a.jsonl: write landing/tweets/ with the slash"],
    [["a.jsonl"], "landing", "with the slash; folders are tweets, turnstiles"],
  ])("%j to %s", (files, destination, explanation) => {
    expect(() => planTransfers(files, destination, directory, ["tweets", "turnstiles"])).toThrow(
      explanation,
    );
  });

  test("a bucket that does not exist, with what came before it", async () => {
    const result = await run(["a.jsonl", "gs://puddle/x/"]);

    expect(result.code).toBe(1);
    expect(result.stderr).toContain(
      `a.jsonl: there is no gs://puddle in the emulator at ${server.url}`,
    );
    expect(result.stderr).toContain("Nothing was uploaded.");
    expect(result.stderr).not.toContain("    at ");
  });

  test("a server that does not answer", async () => {
    const result = await run(["--json", "a.jsonl", "gs://lake/x/"], {
      STORAGE_EMULATOR_HOST: "http://127.0.0.1:9",
    });

    expect(result.code).toBe(1);
    expect(JSON.parse(result.stdout)).toMatchObject({ uploaded: [], notUploaded: ["a.jsonl"] });
    expect(result.stderr).toContain("is it running?");
    expect(result.stderr).not.toContain("    at ");
  });
});

test("Ctrl-C cancels the upload under way and says what was and was not uploaded", async () => {
  writeFileSync(join(directory, "large.bin"), Buffer.alloc(30_000_000));
  const slow = await startSlowProxy(server.url);
  const args = ["a.jsonl", "large.bin", "b c.jsonl.gz", "gs://lake/x/"];
  const { child, finished } = startUpload(args, { STORAGE_EMULATOR_HOST: slow.url });
  await slow.sawChunk;
  child.kill("SIGINT");
  const result = await finished;

  expect(result.code).toBe(130);
  expect(result.stderr).toContain(
    "upload: interrupted\nUploaded: a.jsonl. Not uploaded: large.bin, b c.jsonl.gz.\n",
  );
  expect(result.stderr).not.toContain("    at ");
  expect(await uploadedNames()).toEqual(["x/a.jsonl"]);
  expect(slow.cancelled()).toBe(true);
  slow.close();

  /** Passes requests on, but holds back the second chunk of a resumable upload for ever. */
  async function startSlowProxy(target: string) {
    let cancelled = false;
    const seen = Promise.withResolvers<void>();
    const proxy = createServer((request, response) => {
      if (/^bytes [1-9]/.test(request.headers["content-range"] ?? "")) {
        seen.resolve();
        return;
      }
      cancelled ||= request.method === "DELETE";
      const { host: _host, connection: _connection, ...headers } = request.headers;
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", async () => {
        delete headers["transfer-encoding"];
        const method = request.method ?? "GET";
        const answer = await fetch(`${target}${request.url}`, {
          method,
          headers: Object.entries(headers).map(([name, value]) => [name, String(value)]),
          ...(method !== "GET" && { body: new Uint8Array(Buffer.concat(chunks)) }),
        });
        const location = answer.headers.get("location");
        const range = answer.headers.get("range");
        response.writeHead(answer.status, {
          "content-type": "application/json",
          ...(location !== null && { location: location.replace(target, proxyUrl()) }),
          ...(range !== null && { range }),
        });
        response.end(await answer.text());
      });
    });
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
    function proxyUrl(): string {
      const address = proxy.address();
      return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    }
    return {
      url: proxyUrl(),
      sawChunk: seen.promise,
      cancelled: () => cancelled,
      close: () => {
        proxy.closeAllConnections();
        proxy.close();
      },
    };
  }
});
