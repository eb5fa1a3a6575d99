/** A bound that the median of a figure is held to. */
export type Target = { unit: string } & ({ atLeast: number } | { atMost: number });

/**
 * Every bound that was asked for, in one place. "Share of its floor" is how much of what cannot be left
 * out (decompress, parse, one `new URL` a link) is in what a function takes altogether, by CPU.
 */
export const targets = {
  // What becomes of one message, in process.
  "normalizeUrl, time over bare new URL(u).href": { atMost: 12, unit: "×" },
  "normalizeUrl, speed-up over normalize-url 10": { atLeast: 3, unit: "×" },
  "normalizeUrl, time for twice the input": { atMost: 2.3, unit: "×" },
  "normalizeUrl, 1 MB of hostile input": { atMost: 50, unit: "ms" },
  "normalize-tweets, share of its floor": { atLeast: 0.6, unit: "×" },
  "normalize-bluesky, share of its floor": { atLeast: 0.5, unit: "×" },
  "normalize-mastodon, share of its floor": { atLeast: 0.3, unit: "×" },
  "normalize-turnstiles, increments per second of CPU": { atLeast: 60_000, unit: "/s" },
  "normalize-turnstiles, registers per second of CPU": { atLeast: 60_000, unit: "/s" },
  "normalize-logs, lines per second of CPU": { atLeast: 80_000, unit: "/s" },
  "bucket-hours, mentions per second of CPU": { atLeast: 200_000, unit: "/s" },
  "append-rows, rows per second of CPU": { atLeast: 100_000, unit: "/s" },
  "zstd 1, price to the cheapest codec": { atMost: 1.15, unit: "×" },
  "zstd 1, CPU to JSON.parse of the same": { atMost: 1, unit: "×" },

  // Whole objects.
  "count-words, text per second of CPU": { atLeast: 10, unit: "MB" },
  "cluster-colors, CPU for a photo of 12 megapixels": { atMost: 700, unit: "ms" },
  "cluster-colors, resident memory for that photo": { atMost: 300, unit: "MiB" },
  "load-object, share of bare gunzip, split and publish": { atLeast: 0.5, unit: "×" },
  "load-object, resident memory for a gzip of 1 GiB": { atMost: 256, unit: "MiB" },
  "load-object, memory for 1 GiB over that for 10 MB": { atMost: 1.4, unit: "×" },
  "load-object, resident memory for a line of 64 MiB": { atMost: 256, unit: "MiB" },

  // Functions as they are deployed, over HTTP.
  "normalize-tweets over HTTP, share of its floor": { atLeast: 0.55, unit: "×" },
  "normalize-urls over HTTP, share of its floor": { atLeast: 0.5, unit: "×" },
  "receive-webhook, share of a handler that only reads the raw body": { atLeast: 0.6, unit: "×" },
  "cold start": { atMost: 350, unit: "ms" },
  "cold start, bundled to unbundled": { atMost: 0.6, unit: "×" },
  "append-rows, heap kept of each of 1,000,000 appends": { atMost: 8, unit: "bytes" },
  "produce --bluesky, events per second of CPU": { atLeast: 2_000, unit: "/s" },
  "produce --bluesky, resident memory": { atMost: 200, unit: "MiB" },
  "redrive-failures, failed events sent back per second": { atLeast: 5_000, unit: "/s" },
  "redrive-failures, resident memory": { atMost: 256, unit: "MiB" },
  "redrive-failures, memory for 30,000 failed events over 10,000": { atMost: 1.25, unit: "×" },

  // The whole way on this machine.
  "first publish to last row queryable": { atLeast: 5_000, unit: "tweets/s" },
  "publish to queryable at 500 tweets/s, 95th percentile": { atMost: 1_000, unit: "ms" },
  "resident memory after a burst": { atMost: 256, unit: "MiB" },
  "all processes, over the floor": { atMost: 18, unit: "×" },
  "the functions together, over the floor": { atMost: 9, unit: "×" },
  "real tweets counted by the clock": { atLeast: 5_000, unit: "tweets/s" },

  // Beside what else one would use.
  "tweets per second of CPU, over the naive pipeline": { atLeast: 10, unit: "×" },
  "fewer requests than the naive pipeline": { atLeast: 50, unit: "×" },
  "price of the naive pipeline over ours": { atLeast: 5, unit: "×" },
  "the functions over Spark, tweets per second of CPU": { atLeast: 2, unit: "×" },
  "all processes over Spark, tweets per second of CPU": { atLeast: 1, unit: "×" },
  "price of a million tweets, 100 M a month": { atMost: 0.17, unit: "$" },
  "price of a million tweets, 10 B a month": { atMost: 0.14, unit: "$" },

  // More of it.
  "CPU a tweet, over a job a tenth as long": { atMost: 1.25, unit: "×" },
  "resident memory, over a job a tenth as long": { atMost: 1.5, unit: "×" },

  // Reading what was counted.
  "close-hours, one hour of 10 million increments": { atMost: 2_000, unit: "ms" },
  "close-hours, with nothing to do": { atMost: 300, unit: "ms" },
  "top_urls_by_hour, one day": { atMost: 200, unit: "ms" },
  "bytes of increments over their totals": { atLeast: 20, unit: "×" },
  "top stations of 1.1 million registers, on two cores": { atMost: 2, unit: "s" },
  "dashboard, the page with everything, compressed": { atMost: 120_000, unit: "bytes" },
  "dashboard, 95th percentile at 50 requests/s": { atMost: 150, unit: "ms" },
  "dashboard, interactive in a Chromium slowed four times": { atMost: 1_000, unit: "ms" },

  // Anomalies.
  "NAB tweets, windows found at sensitivity 5.6": { atLeast: 13, unit: "of 14" },
  "NAB tweets, false alarms at sensitivity 5.6": { atMost: 0.9, unit: "h a week" },
  "NAB tweets, windows found at sensitivity 6.5": { atLeast: 12, unit: "of 14" },
  "NAB tweets, false alarms at sensitivity 6.5": { atMost: 0.4, unit: "h a week" },
  "NAB tweets, windows found over a z-score of 4": { atLeast: 1, unit: "more" },
  "100,000 series of 28 days, CPU to score them": { atMost: 20, unit: "s" },
  "100,000 series of 28 days, resident memory": { atMost: 512, unit: "MiB" },
} as const satisfies Record<string, Target>;

export type TargetFigure = keyof typeof targets;

/** The bound of a figure, if it has one. */
export function targetOf(figure: string): Target | undefined {
  return Object.entries(targets).find(([name]) => name === figure)?.[1];
}

/** Whether a value is what its target asks for. */
export const holds = (target: Target, value: number): boolean =>
  "atLeast" in target ? value >= target.atLeast : value <= target.atMost;

/** How often a target is met: 1 is just so, 2 twice as good, whichever way it goes. */
export const margin = (target: Target, value: number): number =>
  "atLeast" in target ? value / target.atLeast : target.atMost / value;

/** `≥ 5,000 tweets/s` */
export const describeTarget = (target: Target): string =>
  "atLeast" in target
    ? `≥ ${target.atLeast.toLocaleString("en")} ${target.unit}`
    : `≤ ${target.atMost.toLocaleString("en")} ${target.unit}`;
