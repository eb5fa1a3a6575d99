import type { TweetLoad } from "./plan-load.ts";

/**
 * What a tweet took on 28 November 2026, 500 to a message, on two cores of a virtual machine: the README's
 * table is of it. `npm run cost -- --rate N` measures anew.
 */
export const referenceLoad: TweetLoad = {
  cpuSeconds: {
    "normalize-tweets": 105e-6,
    "normalize-urls": 26.1e-6,
    "bucket-hours": 51.1e-6,
    "append-rows": 70.8e-6,
  },
  messageBytes: 348,
  rowBytes: 803,
  incrementBytes: 192,
};
