import { streams } from "../../../shared/streams/streams.ts";
import { urlMentions } from "../../../shared/streams/url-mentions.ts";
import { countHours } from "./count-hours.ts";
import { describeLink } from "./describe-link.ts";
import { describeUser } from "./describe-user.ts";
import { listAnomalies } from "./list-anomalies.ts";
import { listStreams } from "./list-streams.ts";
import { fieldsOf, listValues } from "./list-values.ts";
import { rankKeys } from "./rank-keys.ts";
import { rankRises } from "./rank-rises.ts";
import { rankUsers } from "./rank-users.ts";
import { reportHealth } from "./report-health.ts";
import type { Route } from "./route.ts";
import { searchPosts } from "./search-posts.ts";

/** What the page shows first. */
export const mainStream = urlMentions;

/** All addresses of the API below `/api/v1`, but for its own description. */
export const routes: readonly Route[] = [
  listStreams(streams),
  ...streams.flatMap((stream) => [countHours(stream), rankKeys(stream), rankRises(stream)]),
  ...streams.filter((stream) => fieldsOf(stream).length > 0).map(listValues),
  describeLink(mainStream),
  rankUsers(),
  describeUser(),
  searchPosts(mainStream),
  listAnomalies(streams, mainStream),
  reportHealth(streams),
];
