import { wikimediaHosts } from "./wikimedia-hosts.ts";

/** First labels that name a device, not a page; `www`, `www1` … `www999` are taken off beside them. */
export const strippedLabels = ["m", "mobile", "amp", "touch"] as const;

/** Sites with the device label in the middle: `en.m.wikipedia.org`. */
export const mobileLabels = [{ label: "m", hosts: wikimediaHosts }] as const;
