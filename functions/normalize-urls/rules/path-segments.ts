/** Path segments, by how they begin, that say where a reader clicked, on these sites only. */
export const trackingSegments = [{ hosts: ["amazon.*"], prefix: "ref=" }] as const;
