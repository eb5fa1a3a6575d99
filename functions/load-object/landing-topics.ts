import type { LandingTopic } from "./landing-topic.ts";
import { turnstileCsv } from "./turnstile-csv.ts";

/** The raw topics that files can be loaded to. */
export const landingTopics: readonly LandingTopic[] = [
  { name: "tweets" },
  { name: "turnstiles", csv: turnstileCsv },
  { name: "log-lines", takesText: true, heading: /^#Fields:/ },
];
