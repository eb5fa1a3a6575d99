import type { LandingTopic } from "./landing-topic.ts";
import { turnstileCsv } from "./turnstile-csv.ts";

/** What is known of the raw topics beyond their names; others take JSON only. */
export const landingTopics: readonly LandingTopic[] = [
  { name: "tweets" },
  { name: "turnstiles", csv: turnstileCsv },
  { name: "log-lines", takesText: true },
];
