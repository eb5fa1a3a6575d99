-- Passages between two readings of a turnstile's registers; turnstile_set_aside has the intervals
-- that do not count. Generated from shared/rows.
SELECT * EXCEPT (outcome)
FROM `${dataset}.turnstile_moves`
WHERE outcome = 'counted'
