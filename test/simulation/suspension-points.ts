/**
 * Every place where a handler waits for the outside, by name: there, and only there, an instance
 * can die with something half done. `before` is before the effect of the call, `after` is after it
 * and before the handler hears of it.
 */
export const suspensionPoints = [
  "load-object.read, before",
  "load-object.publish, before",
  "load-object.publish, after",
  "load-object.write report, before",
  "load-object.write report, after",
  "load-object.acknowledge, before",
  "normalize-tweets.publish url-mentions, before",
  "normalize-tweets.publish url-mentions, after",
  "normalize-tweets.publish append-tweets, before",
  "normalize-tweets.publish append-tweets, after",
  "normalize-tweets.publish failed-events, before",
  "normalize-tweets.publish failed-events, after",
  "normalize-tweets.acknowledge, before",
  "bucket-hours.publish append-url-hours, before",
  "bucket-hours.publish append-url-hours, after",
  "bucket-hours.publish failed-events, before",
  "bucket-hours.publish failed-events, after",
  "bucket-hours.acknowledge, before",
  "append-rows.append tweets, before",
  "append-rows.append tweets, after",
  "append-rows.append url_hour_increments, before",
  "append-rows.append url_hour_increments, after",
  "append-rows.append failed_events, before",
  "append-rows.append failed_events, after",
  "append-rows.append redrives, before",
  "append-rows.append redrives, after",
  "append-rows.acknowledge, before",
  "record-dead-letters.publish failed-events, before",
  "record-dead-letters.publish failed-events, after",
  "record-dead-letters.acknowledge, before",
  "redrive-failures.publish, before",
  "redrive-failures.publish, after",
] as const;

export type SuspensionPoint = (typeof suspensionPoints)[number];
