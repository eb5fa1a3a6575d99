import * as z from "zod";
import { key, measure, member } from "./field-roles.ts";
import { declareStream } from "./stream.ts";

/** Entries of logs: requests that a server has answered, or whatever a program has told. */
export const logEntries = declareStream({
  name: "log-entries",
  counts: "log",
  description: "Entries of logs, by the service that wrote them, its host and their status",
  epoch: "1995-01-01T00:00:00Z",
  fields: {
    service: key(z.string().min(1).max(256), "Service that wrote the entry"),
    host: key(z.string().min(1).max(256), "Host that was asked, or wrote it; - where unknown"),
    status: key(
      z.string().min(1).max(32),
      "Status of HTTP, or the severity of what is no answer, such as error",
    ),
    outcome: member(
      z.enum(["ok", "client-error", "server-error"]),
      "By the status: 4xx and 5xx; or by the severity: error and above is a server-error",
    ),
    method: member(z.string().max(32).optional(), "Method of HTTP"),
    path: member(z.string().max(1_024).optional(), "Path of the address, without its query"),
    user: member(
      z.string().max(256).optional(),
      "Who asked: an authenticated name, or the hash of an address, which is another every day",
    ),
    duration_us: member(z.int().min(0).optional(), "How long it took, in microseconds"),
    bytes: measure(z.int().min(0), "Bytes of the answer"),
  },
  measures: {
    entries: { counts: "events", description: "Entries" },
    bytes: { counts: "sum", of: "bytes", description: "Bytes of the answers" },
    errors: {
      counts: "events",
      where: { field: "outcome", isNot: "ok" },
      description: "Errors: 4xx and 5xx, and severities from error on",
    },
    server_errors: {
      counts: "events",
      where: { field: "outcome", is: "server-error" },
      description: "Errors of the server: 5xx, and severities from error on",
    },
  },
});

export type LogEntry = z.infer<typeof logEntries.event>;
