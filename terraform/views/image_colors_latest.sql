-- The dominant colours of each image as it was uploaded last, each once. Generated from
-- shared/rows.
SELECT * EXCEPT (generation, landed_at)
FROM `${dataset}.image_colors` AS color
WHERE TRUE
QUALIFY DENSE_RANK() OVER (PARTITION BY image ORDER BY uploaded_at DESC, generation DESC) = 1
  AND ROW_NUMBER() OVER (PARTITION BY image, generation, rank ORDER BY landed_at DESC) = 1
