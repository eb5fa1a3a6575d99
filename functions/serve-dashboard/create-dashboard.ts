import { mainStream, routes } from "./api/routes.ts";
import { createHandler } from "./handler.ts";
import { createRateLimit } from "./http/limit-rate.ts";
import { readAssets } from "./http/read-assets.ts";
import { createQueryCache } from "./queries/cache-queries.ts";
import type { RunQuery } from "./queries/query.ts";

type Parts = {
  run: RunQuery;
  /** ms since 1970, UTC. */
  now: () => number;
  log: Parameters<typeof createHandler>[0]["log"];
  targetOf: (request: object) => string;
  config: { requestsPerSecond: number };
  /** Folder of the built page: beside the bundle, where the platform starts it. */
  page?: string;
};

/** The handler of the page and its API, with what it remembers between requests. */
export function createDashboard({ run, now, log, targetOf, config, page = "page" }: Parts) {
  const { ask, queries } = createQueryCache(run, now);
  return createHandler({
    routes,
    main: mainStream.name,
    sources: { ask, now, queries },
    assets: readAssets(page),
    targetOf,
    admit: createRateLimit(config.requestsPerSecond, now),
    log,
  });
}
