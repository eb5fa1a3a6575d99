import { logEntries } from "../streams/log-entries.ts";
import type { View } from "./view.ts";

const { service, host, path, user } = logEntries.event.shape;
const names = { service: service.description ?? "", host: host.description ?? "" };
const day = { day: "UTC day" };

const traffic: View = {
  name: "log_traffic",
  description:
    "Entries, bytes and errors of logs by service, host and hour, with the share of errors",
  sql: `-- Entries, bytes and errors of logs by service, host and hour. Generated from shared/rows.
SELECT
  hour,
  service,
  host,
  SUM(entries) AS entries,
  SUM(bytes) AS bytes,
  SUM(errors) AS errors,
  SUM(server_errors) AS server_errors,
  SAFE_DIVIDE(SUM(errors), SUM(entries)) AS error_rate,
  SAFE_DIVIDE(SUM(server_errors), SUM(entries)) AS server_error_rate
FROM \`\${dataset}.${logEntries.view}\`
GROUP BY hour, service, host
`,
  columns: {
    hour: "Start of the UTC hour",
    ...names,
    entries: "Entries",
    bytes: "Bytes that were sent",
    errors: "Entries with an error of the client or the server",
    server_errors: "Entries with an error of the server",
    error_rate: "Share of errors, 0 to 1",
    server_error_rate: "Share of errors of the server, 0 to 1",
  },
};

/** A view over the single entries, by UTC day. */
const entriesView = (
  name: string,
  description: string,
  select: string,
  columns: Readonly<Record<string, string>>,
): View => ({
  name,
  description,
  columns,
  sql: `-- ${description}. Generated from shared/rows.
${select}
`,
});

const slowestPaths = entriesView(
  "log_slowest_paths",
  "How long paths take, by UTC day, where logs tell it: order by p95_ms",
  `SELECT
  DATE(hour) AS day,
  service,
  host,
  path,
  COUNT(*) AS entries,
  AVG(duration_us) / 1000 AS mean_ms,
  APPROX_QUANTILES(duration_us, 100)[OFFSET(95)] / 1000 AS p95_ms,
  MAX(duration_us) / 1000 AS longest_ms
FROM \`\${dataset}.${logEntries.eventsView}\`
WHERE path IS NOT NULL AND duration_us IS NOT NULL
GROUP BY day, service, host, path`,
  {
    ...day,
    ...names,
    path: path.description ?? "",
    entries: "Entries that tell how long they took",
    mean_ms: "Mean, in ms",
    p95_ms: "What 95 of a hundred do not take longer than, in ms, about",
    longest_ms: "The longest, in ms",
  },
);

const topUsers = entriesView(
  "log_top_users",
  "Who asks how often, by UTC day: hashes of addresses are others every day",
  `SELECT
  DATE(hour) AS day,
  service,
  user,
  COUNT(*) AS entries,
  SUM(bytes) AS bytes,
  COUNTIF(outcome != 'ok') AS errors
FROM \`\${dataset}.${logEntries.eventsView}\`
WHERE user IS NOT NULL
GROUP BY day, service, user`,
  {
    ...day,
    service: names.service,
    user: user.description ?? "",
    entries: "Entries",
    bytes: "Bytes that were sent",
    errors: "Entries with an error of the client or the server",
  },
);

/** What is asked of logs, in an order in which the views can be created. */
export const logViews: readonly View[] = [traffic, slowestPaths, topUsers];
