import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { createNetwork } from "../chaos/create-network.ts";
import { createOracle } from "../chaos/create-oracle.ts";
import { holds, judgeCounts } from "../chaos/judge-counts.ts";
import { parseOptions } from "../chaos/parse-options.ts";
import { renderReport } from "../chaos/render-report.ts";
import { runChaos } from "../chaos/run-chaos.ts";
import { type Fault, startProxy } from "../chaos/start-proxy.ts";
import { patienceMs } from "../support/wait-until.ts";

describe("a storm over the whole cloud", () => {
  test("seven kills and a breaking network: every count is right", async () => {
    const network = { everyMs: 250, maxStallMs: 200, longStalls: 0 };
    const report = await runChaos(
      { events: 1_000, kills: 7, seed: 1, maxPauseMs: 300, network },
      { signal: new AbortController().signal },
    );
    expect(report).toMatchObject({
      holds: true,
      crashes: 0,
      verdict: { lost: 0, unexpected: 0, unaccounted: 0, failed: 0, differingHours: [] },
    });
    const kills = Object.values(report?.kills ?? {});
    expect(kills).toHaveLength(6);
    expect(Math.min(...kills)).toBe(1);
    expect(Math.max(...kills)).toBe(2);
    expect(report?.resets).toBeGreaterThan(0);
    expect(report?.stalls).toBeGreaterThan(0);
    expect(report?.received).toBeGreaterThanOrEqual(1_000);
    expect(report && renderReport(report)).toContain("Every count is right.");
  });

  test("one that is interrupted ends in order, without a report", async () => {
    const network = { everyMs: 1_000, maxStallMs: 200, longStalls: 0 };
    const report = await runChaos(
      { events: 100, kills: 100, seed: 1, maxPauseMs: 300, network },
      { signal: AbortSignal.timeout(1) },
    );
    expect(report).toBeUndefined();
  });
});

const lines = [
  // 23:59:59 and 00:00:00, two spellings of one page, one author.
  tweet("1001", "Tue Mar 03 23:59:59 +0000 2020", "http://www.example.com/a?utm_source=x"),
  tweet("1002", "Wed Mar 04 00:00:00 +0000 2020", "https://example.com/a"),
  tweet("1003", "Wed Mar 04 00:59:59 +0000 2020", "https://example.com/a/"),
  tweet("1004", "Wed Mar 04 00:30:00 +0000 2020", "https://example.com/b"),
  '{"delete":{"status":{"id_str":"1004","user_id_str":"7"},"timestamp_ms":"1583283600000"}}',
  '{"limit":{"track":5,"timestamp_ms":"1583283600000"}}',
];

function tweet(id: string, time: string, link: string): string {
  return JSON.stringify({
    created_at: time,
    id_str: id,
    text: "text",
    user: { id_str: "7" },
    entities: { urls: [{ expanded_url: link }] },
  });
}

const cells = [
  '{"hour":"2020-03-03T23:00:00Z","url_key":"example.com/a","url":"http://www.example.com/a","host":"example.com","title":null,"mentions":1,"authors":1,"originals":1}',
  '{"hour":"2020-03-04T00:00:00Z","url_key":"example.com/a","url":"https://example.com/a","host":"example.com","title":null,"mentions":2,"authors":1,"originals":2}',
];

function expectedOf(twice: readonly string[] = []) {
  const oracle = createOracle();
  oracle.add(lines);
  if (twice.length > 0) oracle.add(twice);
  return oracle.expected();
}

describe("the oracle", () => {
  test("counts distinct events in the hour of their own time, less the deleted", () => {
    expect(expectedOf()).toEqual({
      hours: cells,
      items: {
        "post 2020-03-03T23": 1,
        "post 2020-03-04T00": 3,
        "delete 2020-03-04T01": 1,
      },
      ignored: 1,
    });
  });

  test("counts nothing twice that is sent twice", () => {
    expect(expectedOf(lines.slice(0, 5))).toEqual(expectedOf());
  });
});

describe("the verdict", () => {
  const expected = expectedOf();
  const right = {
    ...expected,
    received: 8,
    tweets: 4,
    duplicates: 1,
    deletes: 1,
    ignored: 2,
    failed: 0,
  };
  const judge = (change: Partial<typeof right>) => judgeCounts(expected, { ...right, ...change });

  test("holds when everything is there once", () => {
    expect(holds(judge({}))).toBe(true);
  });

  test.each([
    {
      name: "a cell that is missing",
      change: { hours: cells.slice(1) },
      hour: { hour: "2020-03-03T23:00:00Z", lost: 1, unexpected: 0, otherwise: 0 },
    },
    {
      name: "a mention that is counted twice",
      change: { hours: cells.map((cell) => cell.replace('"mentions":2', '"mentions":3')) },
      hour: { hour: "2020-03-04T00:00:00Z", lost: 0, unexpected: 1, otherwise: 0 },
    },
    {
      name: "another label",
      change: { hours: cells.map((cell) => cell.replace("https://", "http://")) },
      hour: { hour: "2020-03-04T00:00:00Z", lost: 0, unexpected: 0, otherwise: 1 },
    },
    {
      name: "a tweet that is missing",
      change: { items: { ...expected.items, "post 2020-03-04T00": 2 } },
      hour: { hour: "2020-03-04T00:00:00Z", lost: 1, unexpected: 0, otherwise: 0 },
    },
    {
      name: "a tweet in another hour",
      change: { items: { ...expected.items, "post 2020-03-05T00": 1 } },
      hour: { hour: "2020-03-05T00:00:00Z", lost: 0, unexpected: 1, otherwise: 0 },
    },
  ])("tells $name", ({ change, hour }) => {
    const verdict = judge(change);
    expect(holds(verdict)).toBe(false);
    expect(verdict.differingHours).toEqual([hour]);
  });

  test.each([
    { change: { failed: 1, received: 9 }, told: { failed: 1 } },
    { change: { received: 9 }, told: { unaccounted: 1 } },
    { change: { ignored: 0, received: 6 }, told: { lost: 1 } },
  ])("tells $told", ({ change, told }) => {
    const verdict = judge(change);
    expect(holds(verdict)).toBe(false);
    expect(verdict).toMatchObject(told);
  });
});

describe("the network", () => {
  async function startEcho() {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.pipe(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return { port: address.port, stop: () => server.close() };
  }

  /** What comes back for ten bytes, and whether the connection broke. */
  async function ask(port: number): Promise<{ bytes: number; broke: boolean; ms: number }> {
    const { connect } = await import("node:net");
    const startedAt = performance.now();
    return new Promise((resolve) => {
      let bytes = 0;
      const socket = connect(port, "127.0.0.1", () => socket.write("0123456789"));
      const done = (broke: boolean) => {
        socket.destroy();
        resolve({ bytes, broke, ms: performance.now() - startedAt });
      };
      socket.on("data", (chunk) => {
        bytes += chunk.length;
        if (bytes === 10) done(false);
      });
      socket.once("error", () => done(true));
    });
  }

  const faults: { fault: Fault; answer: object }[] = [
    { fault: { kind: "reset", way: "there", passed: 0.5 }, answer: { bytes: 0, broke: true } },
    { fault: { kind: "reset", way: "back", passed: 0 }, answer: { bytes: 0, broke: true } },
    { fault: { kind: "reset", way: "back", passed: 0.5 }, answer: { bytes: 5, broke: true } },
    { fault: { kind: "stall", way: "back", ms: 150 }, answer: { bytes: 10, broke: false } },
  ];

  test.each(faults)("$fault strikes once", async ({ fault, answer }) => {
    const echo = await startEcho();
    const struck: Fault[] = [];
    const proxy = await startProxy(echo.port, (one) => struck.push(one), 60_000);
    try {
      expect(await ask(proxy.port)).toMatchObject({ bytes: 10, broke: false });
      proxy.arm(fault);
      const hit = await ask(proxy.port);
      expect(hit).toMatchObject(answer);
      if (fault.kind === "stall") expect(hit.ms).toBeGreaterThanOrEqual(fault.ms - 5);
      expect(struck).toEqual([fault]);
      expect(await ask(proxy.port)).toMatchObject({ bytes: 10, broke: false });
    } finally {
      await proxy.stop();
      echo.stop();
    }
  });

  test("is calm before the storm and after it", async () => {
    const echo = await startEcho();
    const network = createNetwork(1, { everyMs: 1, maxStallMs: 20, longStalls: 0 });
    try {
      const hop = { from: "here", to: "echo", address: `http://127.0.0.1:${echo.port}` };
      const port = Number(new URL(await network.route(hop)).port);
      const struck = () => network.struck().resets + network.struck().stalls;
      const asking = async () => {
        for (let turn = 0; turn < 20; turn += 1) await ask(port);
        return struck();
      };
      expect(await asking()).toBe(0);
      network.storm();
      // As long as it takes: what strikes is due by the clock.
      const end = performance.now() + patienceMs;
      while (struck() <= 3 && performance.now() < end) await ask(port);
      network.calm();
      const inStorm = struck();
      expect(inStorm).toBeGreaterThan(3);
      expect(await asking()).toBeLessThanOrEqual(inStorm + 1);
    } finally {
      await network.stop();
      echo.stop();
    }
  });
});

describe("the options", () => {
  test("have defaults, and are whole numbers", () => {
    expect(parseOptions([])).toEqual({ events: 200_000, kills: 100, seed: 1, json: false });
    expect(parseOptions(["--help"])).toBeUndefined();
    expect(() => parseOptions(["--kills", "-1"])).toThrow(/--kills/);
    expect(() => parseOptions(["--events", "0"])).toThrow("--events 0: must be a whole number");
    expect(() => parseOptions(["--what"])).toThrow("--help");
  });
});
