import domain from "node:domain";
import { once } from "node:events";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { leaveDomains } from "../../../../shared/environment/leave-domains.ts";

/** Node's hook notes on each promise the domain that it was made in. */
const followsPromises = () => Object.hasOwn(Promise.resolve(), "domain");

test("a request runs, and no hook follows its promises", async () => {
  const { create } = domain;
  try {
    Object.assign(domain, { create: undefined });
    Object.assign(process, { domain: undefined });
    leaveDomains();
    const requested = promisify((answer: (error: null, followed: boolean) => void) => {
      // As the functions framework does it.
      const one = domain.create();
      one.on("error", () => undefined).on("error", () => undefined);
      one.run(() => process.nextTick(() => answer(null, followsPromises())));
    });
    expect(await requested()).toBe(false);
  } finally {
    Object.assign(domain, { create });
  }
});

test("the framework's answer is sent as it is", () => {
  leaveDomains();
  const answer = () => "answer";
  expect(Reflect.get(process, "domain").bind(answer)).toBe(answer);
});

test("else a hook would follow them", async () => {
  // In a thread in which nobody has left them yet.
  const code = `
    const { parentPort } = require("node:worker_threads");
    const followsPromises = () => Object.hasOwn(Promise.resolve(), "domain");
    require("node:domain").create().run(() => parentPort.postMessage(followsPromises()));
  `;
  const thread = new Worker(code, { eval: true });
  expect(await once(thread, "message")).toEqual([true]);
  await thread.terminate();
});
