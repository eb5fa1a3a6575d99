import type { TweetLoad } from "./plan-load.ts";

/**
 * What a tweet took on 29 November 2026, 500 to a message, on two cores of a virtual machine: the README's
 * table is of it. `npm run cost -- --rate N` measures anew.
 */
export const referenceLoad: TweetLoad = {
  cpuSeconds: {
    "normalize-tweets": 63.3e-6,
    "normalize-urls": 18.3e-6,
    "bucket-hours": 24.2e-6,
    "append-rows": 67.9e-6,
  },
  messageBytes: 348,
  rowBytes: 916,
  incrementBytes: 192,
};
