import type { ClosingTools } from "../../functions/close-hours/close-stream.ts";
import { createHandler } from "../../functions/close-hours/handler.ts";
import { createLinePublisher } from "../../shared/codec/publish-lines.ts";
import { type CloseAnswer, closeAnswer } from "../../shared/events/close-request.v1.ts";
import { type HoursClosed, hoursClosed } from "../../shared/events/hours-closed.v1.ts";
import { urlMentions } from "../../shared/streams/url-mentions.ts";
import type { Random } from "../support/create-random.ts";
import { plainData } from "../support/plain-data.ts";
import type { Caller, CallPort } from "./call-port.ts";
import type { ClosingTables } from "./create-closing-tables.ts";
import type { Queue } from "./create-queue.ts";
import type { Scheduler } from "./create-scheduler.ts";
import type { Twists } from "./functions-under-test.ts";
import type { See } from "./sightings.ts";
import type { Weather } from "./weather.ts";

/** The schedule of close-hours, and who hears of what it tells. */
export type Closer = {
  /** One request to the real handler; undefined when it failed, or died. */
  close: () => Promise<CloseAnswer | undefined>;
  /** What topic hours-closed was told, in order. */
  told: readonly HoursClosed[];
  /** Of that, what was told of hours whose totals were not there, or were others. */
  toldWrongly: () => number;
};

/** Closings are few, and what matters is what a call of theirs that changes something leaves half done. */
const dangers = 12;
const log = { info: () => undefined, error: () => undefined };

export function createCloser(world: {
  scheduler: Scheduler;
  random: Random;
  weather: Weather;
  callPort: CallPort;
  tables: ClosingTables;
  accept: Queue["accept"];
  /** Hears of each message of topic hours-closed. */
  onTold: (payload: Buffer) => void;
  see: See;
  twists: Twists;
}): Closer {
  const { scheduler, random, weather, callPort, tables, accept, see, twists } = world;
  const told: HoursClosed[] = [];
  let toldWrongly = 0;
  let requests = 0;
  let running = 0;

  const hear = (data: Buffer): void => {
    world.onTold(data);
    for (const line of data.toString().split("\n")) {
      const closed = hoursClosed.parse(JSON.parse(line));
      told.push(closed);
      const { keys, events, late } = closed;
      const isThere = tables.headers.some(
        (header) =>
          header.revision === closed.revision &&
          header.hour === Date.parse(closed.hour) &&
          header.keys === keys &&
          header.events === events &&
          header.late === late,
      );
      if (!isThere) toldWrongly += 1;
    }
  };

  const toolsOf = (instance: Caller): ClosingTools => {
    const query = async <Told>(point: string, ask: () => Told, inDanger = 1) => {
      const answer = await callPort(
        instance,
        `close-hours.${point}`,
        () => {
          if (weather.isOutage()) throw new Error("the warehouse is gone");
          return ask();
        },
        inDanger,
      );
      return { answer, bytesBilled: 0 };
    };
    const { queries } = tables;
    return {
      warehouse: {
        readWatermarks: (...asked) =>
          query("read watermarks", () => queries.readWatermarks(...asked)),
        findTouched: (...asked) => query("find touched", () => queries.findTouched(...asked)),
        readHeaders: (...asked) => query("read headers", () => queries.readHeaders(...asked)),
        writeTotals: (...asked) => {
          const commit = tables.write(...asked);
          return query("write totals", commit, dangers).then(({ bytesBilled }) => ({
            answer: undefined,
            bytesBilled,
          }));
        },
      },
      publish: createLinePublisher(
        (topic, data, attributes) =>
          callPort(
            instance,
            `close-hours.publish ${topic}`,
            () => {
              if (topic === "hours-closed") hear(plainData(data, attributes));
              else accept(topic, data, attributes);
              return "published";
            },
            dangers,
          ),
        (run, ms) =>
          scheduler.after(ms, () => {
            if (instance.isAlive) run();
          }),
      ),
      now: scheduler.now,
      random: random.fraction,
    };
  };

  return {
    told,
    toldWrongly: () => toldWrongly,
    close: () =>
      new Promise((resolve, reject) => {
        requests += 1;
        running += 1;
        if (running > 1) see("two closings ran at once");
        const end = (answer: CloseAnswer | undefined) => {
          running -= 1;
          resolve(answer);
        };
        const instance: Caller = {
          label: `close-hours/${requests}`,
          isAlive: true,
          kill: () => {
            instance.isAlive = false;
            see("a closing died");
            end(undefined);
          },
        };
        const outside = toolsOf(instance);
        const tools = twists.close?.(outside) ?? outside;
        const handle = createHandler({ ...tools, streams: [urlMentions], log });
        let code = 0;
        const response = {
          status: (status: number) => {
            code = status;
          },
          setHeader: () => undefined,
          end: (body: string) => {
            if (code !== 200) see("a closing failed");
            end(code === 200 ? closeAnswer.parse(JSON.parse(body)) : undefined);
          },
        };
        handle({ method: "POST", body: {} }, response).catch(reject);
      }),
  };
}
