-- Intervals that do not count, whole: a register that jumps (it was reset, or read wrongly), or one
-- that runs backwards. Generated from shared/rows.
SELECT *
FROM `${dataset}.turnstile_moves`
WHERE outcome != 'counted'
