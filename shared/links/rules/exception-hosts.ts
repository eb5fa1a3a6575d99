/**
 * Sites that break, or show another page, without their parameters: every parameter stays.
 * Source: duckduckgo/privacy-configuration, features/tracking-parameters.json (Apache-2.0).
 */
export const exceptionHosts = [
  "axs.com",
  "urldefense.com",
  "centerwellpharmacy.com",
  "go365.com",
  "humana.com",
] as const;
