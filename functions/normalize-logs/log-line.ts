/** What a line of a log says, in any format; whatever it does not say is left out. */
export type LogLine = {
  /** ms since 1970, UTC. */
  at: number;
  service?: string | undefined;
  host?: string | undefined;
  /** Status of HTTP. */
  status?: number | undefined;
  /** In lower case. */
  severity?: string | undefined;
  method?: string | undefined;
  /** Address that was asked for: a path, or all of it. */
  url?: string | undefined;
  bytes?: number | undefined;
  durationUs?: number | undefined;
  user?: string | undefined;
  /** Address that it came from. */
  address?: string | undefined;
  /** Identity that the log itself gives the line. */
  nativeId?: string | undefined;
};

/** A line, or why it is none. */
export type ReadLine =
  | { line: LogLine }
  | {
      reason: "unknown-shape" | "impossible-time" | "invalid-field";
      path: string;
      message: string;
    };
