/**
 * Families of tracking parameters: every name that begins so, compared without case.
 * A prefix ends with its only `_` or `.`.
 */
export const trackingPrefixes = [
  { prefix: "utm_", source: "Google Analytics" },
  { prefix: "ga_", source: "Google Analytics, older form" },
  { prefix: "mtm_", source: "Matomo" },
  { prefix: "matomo_", source: "Matomo" },
  { prefix: "pk_", source: "Piwik, now Matomo" },
  { prefix: "piwik_", source: "Piwik, now Matomo" },
  { prefix: "itm_", source: "internal campaign tags beside utm_" },
  { prefix: "hsa_", source: "HubSpot ads" },
  { prefix: "dpg_", source: "DPG Media" },
  { prefix: "otm_", source: "Ozone campaign tags" },
  { prefix: "bsft_", source: "Blueshift" },
  { prefix: "oft_", source: "Optimizely feature tags" },
  { prefix: "adjust_", source: "Adjust" },
  { prefix: "stm_", source: "social campaign tags beside utm_" },
  { prefix: "wt.", source: "Webtrends" },
] as const;
