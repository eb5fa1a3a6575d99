import { once } from "node:events";
import { createServer } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { callUntilTaken, startScheduler } from "../../../local-cloud/scheduler/start-scheduler.ts";
import { waitUntil } from "../../../support/wait-until.ts";

let bodies: string[];
let statuses: number[];
let url: string;
const server = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => {
    body += String(chunk);
  });
  request.on("end", () => {
    bodies.push(`${request.method} ${request.headers["content-type"]} ${body}`);
    response.writeHead(statuses.shift() ?? 200).end("{}");
  });
});

beforeEach(async () => {
  bodies = [];
  statuses = [];
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it listens");
  url = `http://127.0.0.1:${address.port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const job = () => ({ name: "close-hours", schedule: "*/10 * * * *", url, timeoutSeconds: 5 });
const quick = { count: 3, minBackoffMs: 1, maxBackoffMs: 2 };
const call = 'POST application/json {"schedule":"close-hours"}';

test("a job is called with the body that Cloud Scheduler sends", async () => {
  await callUntilTaken(job(), quick, new AbortController().signal);
  expect(bodies).toEqual([call]);
});

test("a job that fails is called again, until it is taken", async () => {
  statuses = [503, 500];
  await callUntilTaken(job(), quick, new AbortController().signal);
  expect(bodies).toEqual([call, call, call]);
});

test("a job that goes on failing is given up", async () => {
  statuses = Array.from({ length: 9 }, () => 503);
  await callUntilTaken(job(), quick, new AbortController().signal);
  expect(bodies).toHaveLength(4);
});

test("a scheduler calls at its time, and stops while it waits to call again", async () => {
  statuses = [503];
  const ahead = Date.parse("2026-01-05T12:09:59.900Z") - Date.now();
  const scheduler = startScheduler([job()], () => Date.now() + ahead);
  await waitUntil("it is called", () => bodies.length > 0);
  expect(bodies).toEqual([call]);
  await scheduler.stop();
});
