-- What is said of unusual hours by what is known now, once for each stream, key and hour: nothing
-- that was withdrawn. Generated from shared/rows.
SELECT *
FROM `${dataset}.anomalies` AS anomaly
WHERE TRUE
QUALIFY anomaly.state != 'withdrawn' AND ROW_NUMBER() OVER (
  PARTITION BY stream, key, hour ORDER BY revision DESC, landed_at
) = 1
