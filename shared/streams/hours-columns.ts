import type { Stream } from "./stream.ts";

/** What each column of the views of a stream's hours says, as its declaration has it. */
export function hoursColumns({ event, keys, labels, measures }: Stream): Record<string, string> {
  const fields = [...keys, ...labels].map((name) => [name, event.shape[name]?.description ?? name]);
  return {
    hour: "Start of the UTC hour",
    ...Object.fromEntries(fields),
    ...Object.fromEntries(measures.map(({ name, description }) => [name, description])),
  };
}

/** What each column of the view of a stream's events says. */
export function eventsColumns({ event, keys, labels, members }: Stream): Record<string, string> {
  const fields = [...keys, ...labels, ...members].map((name) => [
    name,
    event.shape[name]?.description ?? name,
  ]);
  return { hour: "Start of the UTC hour", ...Object.fromEntries(fields) };
}
