-- Entries, bytes and errors of logs by service, host and hour. Generated from shared/rows.
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
FROM `${dataset}.log_hours`
GROUP BY hour, service, host
