/** Severities of Cloud Logging by pino's levels. */
const severities: Record<string, string> = {
  trace: "DEBUG",
  debug: "DEBUG",
  info: "INFO",
  warn: "WARNING",
  error: "ERROR",
  fatal: "CRITICAL",
};

/**
 * Options for pino, so that each line is one JSON object as Cloud Logging reads it: `severity`,
 * `message`, `time`, and the service that speaks.
 * https://cloud.google.com/logging/docs/structured-logging
 */
export function logOptions(service: string, version: string, level: string) {
  return {
    level,
    base: { serviceContext: { service, version } },
    messageKey: "message",
    formatters: { level: (label: string) => ({ severity: severities[label] ?? "DEFAULT" }) },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
  };
}
