import type { FindFailures } from "../../functions/redrive-failures/find-failures.ts";
import { createHandler } from "../../functions/redrive-failures/handler.ts";
import type { FailureReason } from "../../shared/events/failed-event.v1.ts";
import { type RedriveAnswer, redriveAnswer } from "../../shared/events/redrive-request.v1.ts";
import type { Caller, CallPort } from "./call-port.ts";
import type { Scheduler } from "./create-scheduler.ts";
import type { Row, Warehouse } from "./create-warehouse.ts";
import type { FindOpenFailures, OpenFailure, OpenRequest } from "./find-open-failures.ts";
import { ownTopic, tenant } from "./tenant.ts";

/** A person who sends failed events back, page by page, and asks again where a page fails. */
export type Operator = { redrive: (stage: string, reason?: FailureReason) => Promise<void> };

const log = { info: () => undefined, error: () => undefined };
const pageLimit = 500;
const maxRequests = 1_000;
/** Long enough for most marks to arrive: what is not marked yet is sent once more. */
const pauseMs = 120_000;

export function createOperator(world: {
  scheduler: Scheduler;
  callPort: CallPort;
  warehouse: Warehouse;
  findOpen: FindOpenFailures;
  /** Hears of each query for failed events. */
  onFind: (request: OpenRequest, answer: readonly OpenFailure[]) => void;
  /** `failed` is the failed event that is sent; absent for what marks them. */
  accept: (
    topic: string,
    data: Buffer,
    attributes: Record<string, string>,
    failed: Row | undefined,
  ) => void;
}): Operator {
  const { scheduler, callPort, warehouse, accept } = world;
  const { find, failedEventOf } = createFailureFinder(warehouse, world.findOpen, world.onFind);
  let requests = 0;

  /** One request to the real handler; it fails like the page, or with the instance. */
  const request = (body: object): Promise<RedriveAnswer> =>
    new Promise((resolve, reject) => {
      requests += 1;
      const instance: Caller = {
        label: `redrive-failures/${requests}`,
        isAlive: true,
        kill: () => {
          instance.isAlive = false;
          reject(new Error("the connection broke"));
        },
      };
      const handle = createHandler({
        find,
        publish: (topic, data, attributes) =>
          callPort(instance, "redrive-failures.publish", () => {
            const own = ownTopic(topic);
            if (own === undefined) return "refused";
            accept(own, data, attributes, failedEventOf(data));
            return "published";
          }),
        now: scheduler.now,
        log,
        config: { topicPrefix: tenant },
      });
      let code = 0;
      const response = {
        status: (status: number) => {
          code = status;
        },
        setHeader: () => undefined,
        end: (text: string) => {
          if (code === 200) resolve(redriveAnswer.parse(JSON.parse(text)));
          else reject(new Error(text));
        },
      };
      handle({ method: "POST", body }, response).catch(reject);
    });

  return {
    redrive: async (stage, reason) => {
      const since = "2000-01-01T00:00:00.000Z";
      let pageToken: string | undefined;
      for (let attempt = 0; attempt < maxRequests; attempt++) {
        const body = {
          stage,
          since,
          limit: pageLimit,
          ...(reason !== undefined && { reason }),
          ...(pageToken !== undefined && { pageToken }),
        };
        const answer = await request(body).catch(() => undefined);
        if (answer === undefined) {
          await new Promise<void>((resolve) => scheduler.after(pauseMs, resolve));
        } else if (answer.nextPageToken === undefined) return;
        else pageToken = answer.nextPageToken;
      }
      throw new Error("the redrive does not come to its end");
    },
  };
}

/** Pages of what is open; a page token names the query that found them, and how far it was read. */
function createFailureFinder(
  warehouse: Warehouse,
  findOpen: FindOpenFailures,
  onFind: (request: OpenRequest, answer: readonly OpenFailure[]) => void,
) {
  const jobs: OpenFailure[][] = [];
  const failedEvents = new WeakMap<Buffer, Row>();
  const tables = {
    failedEvents: warehouse.rows("failed_events"),
    redrives: warehouse.rows("redrives"),
  };

  const open = (request: OpenRequest): OpenFailure[] => {
    const found = findOpen(tables, request);
    onFind(request, found);
    return found;
  };

  const find: FindFailures = async ({ stage, reason, since, limit, pageToken }) => {
    const [job = 0, from = 0] = pageToken?.split(":").map(Number) ?? [
      jobs.push(open({ stage, reason, since })) - 1,
    ];
    const all = jobs[job] ?? [];
    const to = from + limit;
    const failures = all.slice(from, to);
    for (const { original, row } of failures) failedEvents.set(original, row);
    return {
      found: all.length,
      failures,
      ...(to < all.length && { nextPageToken: `${job}:${to}` }),
    };
  };

  return { find, failedEventOf: (original: Buffer) => failedEvents.get(original) };
}
