-- Who shared a page after whom, and to whom the post reacts that shares it. Generated from shared/rows.
WITH reaction AS (
  SELECT
    event.id,
    ARRAY_AGG(event.influencer ORDER BY event.weight DESC, event.influencer LIMIT 1)[SAFE_OFFSET(0)]
      AS influencer
  FROM `${dataset}.interaction_events` AS event
  GROUP BY event.id
)
SELECT
  post.event_time AS shared_at,
  mention.author,
  mention.source,
  mention.kind,
  mention.id,
  LAG(mention.author) OVER in_time AS after_author,
  ROW_NUMBER() OVER in_time AS position,
  reaction.influencer AS reacts_to
FROM `${dataset}.url_events` AS mention
JOIN `${dataset}.posts_latest` AS post ON post.id = mention.id
LEFT JOIN reaction ON reaction.id = mention.id
WHERE mention.url_key = page_key
WINDOW in_time AS (ORDER BY post.event_time, mention.id)
