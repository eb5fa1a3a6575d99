import type protos from "@google-cloud/pubsub/build/protos/protos.js";

type WireDuration = protos.google.protobuf.IDuration;
type WireTimestamp = protos.google.protobuf.ITimestamp;

/** Milliseconds of a google.protobuf.Duration; `undefined` when it is absent. */
export function durationToMs(duration: WireDuration | null | undefined): number | undefined {
  if (duration === null || duration === undefined) return undefined;
  // 64-bit fields arrive as number or Long; both print their decimal value.
  return Number(String(duration.seconds ?? 0)) * 1000 + (duration.nanos ?? 0) / 1e6;
}

/** A google.protobuf.Duration or Timestamp (since the epoch) of so many milliseconds. */
export function wireTime(ms: number): WireDuration & WireTimestamp {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: Math.round((ms - seconds * 1000) * 1e6) };
}
