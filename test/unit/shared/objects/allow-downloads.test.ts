import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { allowDownloads } from "../../../../shared/objects/allow-downloads.ts";

test("each request has connections of its own, and many may listen to it", () => {
  const before = EventEmitter.defaultMaxListeners;
  const added: { request(options: object): object }[] = [];
  try {
    EventEmitter.defaultMaxListeners = 10;
    allowDownloads({ interceptors: { push: (one) => added.push(one) } });
    expect(EventEmitter.defaultMaxListeners).toBe(20);
    expect(added.map((one) => one.request({ uri: "a", forever: true }))).toEqual([
      { uri: "a", forever: false },
    ]);
  } finally {
    EventEmitter.defaultMaxListeners = before;
  }
});
