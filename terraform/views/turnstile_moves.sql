-- What each turnstile's registers moved between two readings, and whether it counts. One reading
-- per device and instant; the one before may stand in another file. Registers that count down are told
-- by the majority of their moves around. Generated from shared/rows.
WITH reading AS (
  SELECT register.* EXCEPT (landed_at), CONCAT(ca, '/', unit, '/', scp) AS device
  FROM `${dataset}.turnstile_registers` AS register
  WHERE TRUE
  QUALIFY IFNULL(read_at != LAG(read_at) OVER (
    PARTITION BY CONCAT(ca, '/', unit, '/', scp)
    ORDER BY read_at, IF(description = 'REGULAR', 0, 1), entries, exits
  ), TRUE)
), moved AS (
  SELECT
    reading.*,
    LAG(read_at) OVER of_device AS since,
    LAG(entries) OVER of_device AS entries_before,
    LAG(exits) OVER of_device AS exits_before,
    entries - LAG(entries) OVER of_device AS entries_move,
    exits - LAG(exits) OVER of_device AS exits_move
  FROM reading
  WINDOW of_device AS (PARTITION BY device ORDER BY read_at)
), directed AS (
  SELECT
    moved.*,
    IF(SUM(IF(ABS(entries_move) <= 10000, SIGN(entries_move), 0)) OVER around < 0, -1, 1) AS entries_direction,
    IF(SUM(IF(ABS(exits_move) <= 10000, SIGN(exits_move), 0)) OVER around < 0, -1, 1) AS exits_direction
  FROM moved
  WINDOW around AS (
    PARTITION BY device
    ORDER BY read_at
    ROWS BETWEEN 21 PRECEDING AND 21 FOLLOWING
  )
)
SELECT
  ca, unit, scp,
  station, linename, division,
  description,
  since,
  read_at,
  utc_offset_minutes,
  entries_move * entries_direction AS entries,
  exits_move * exits_direction AS exits,
  entries_before AS entries_register_before,
  exits_before AS exits_register_before,
  entries AS entries_register,
  exits AS exits_register,
  CASE
    WHEN entries_move * entries_direction BETWEEN 0 AND 10000
      AND exits_move * exits_direction BETWEEN 0 AND 10000 THEN 'counted'
    WHEN ABS(entries_move) > 10000 OR ABS(exits_move) > 10000 THEN 'jump'
    ELSE 'backwards'
  END AS outcome
FROM directed
WHERE since IS NOT NULL
