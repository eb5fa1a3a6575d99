/** Path segments, by how they begin, that say where a reader clicked, on these sites only. */
export const trackingSegments = [
  { hosts: ["amazon.*", "audible.*", "primevideo.com"], prefix: "ref=" },
] as const;

/** Sites that keep the AMP version of every page below a folder `amp`: `/amp/news/…`. */
export const ampFolderHosts = [
  "businesstoday.in",
  "cbsnews.com",
  "indiatoday.in",
  "nbcnews.com",
  "pbs.org",
  "turnto10.com",
] as const;
