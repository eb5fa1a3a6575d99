import { interactions } from "./interactions.ts";
import { logEntries } from "./log-entries.ts";
import type { Stream } from "./stream.ts";
import { turnstileReadings } from "./turnstile-readings.ts";
import { urlMentions } from "./url-mentions.ts";
import { wordCounts } from "./word-counts.ts";

/** All declared streams. A new stream is one more file and one more line here. */
export const streams: readonly Stream[] = [
  urlMentions,
  interactions,
  turnstileReadings,
  wordCounts,
  logEntries,
];
