import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import {
  type handleUnaryCall,
  type Server,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import protobuf from "protobufjs";

import { BigqueryError } from "./bigquery-error.ts";

const api = "google.cloud.bigquery.storage.v1";

/** The messages of the Storage APIs, from Google's own client. */
export function loadStorageProtocol(): { root: protobuf.Root; api: string } {
  const require = createRequire(import.meta.url);
  const path = require.resolve("@google-cloud/bigquery-storage/build/protos/protos.json");
  return { root: protobuf.Root.fromJSON(JSON.parse(readFileSync(path, "utf8"))), api };
}

/**
 * Serves a service of the Storage APIs: methods that are not given answer UNIMPLEMENTED. Requests of
 * the methods in `sized` come as `{ size, message }`, with their bytes on the wire.
 */
export function addStorageService(
  server: Server,
  service: protobuf.Service,
  methods: UntypedServiceImplementation,
  sized: readonly string[] = [],
): void {
  const refusals: UntypedServiceImplementation = {};
  const definition = Object.fromEntries(
    service.methodsArray.map((method) => {
      const key = method.name[0]?.toLowerCase() + method.name.slice(1);
      refusals[key] = refuse(method);
      return [key, describeMethod(service, method, sized.includes(method.name))];
    }),
  );
  server.addService(definition, { ...refusals, ...methods });
}

function describeMethod(service: protobuf.Service, method: protobuf.Method, isSized: boolean) {
  method.resolve();
  const { resolvedRequestType: request, resolvedResponseType: response } = method;
  if (!request || !response) throw new TypeError(`Method ${method.name} has no types`);
  return {
    path: `/${api}.${service.name}/${method.name}`,
    requestStream: Boolean(method.requestStream),
    responseStream: Boolean(method.responseStream),
    requestSerialize: (message: object) => Buffer.from(request.encode(message).finish()),
    requestDeserialize: (bytes: Buffer) =>
      isSized ? { size: bytes.length, message: request.decode(bytes) } : request.decode(bytes),
    responseSerialize: (message: object) =>
      Buffer.from(response.encode(response.fromObject(message)).finish()),
    responseDeserialize: (bytes: Buffer) => response.decode(bytes),
  };
}

function refuse(method: protobuf.Method): handleUnaryCall<object, object> {
  return (_call, callback) =>
    callback({
      code: status.UNIMPLEMENTED,
      details: `${method.name} is not implemented by the local BigQuery`,
    });
}

/** Ends a call with the status that BigQuery gives. */
export function toStorageStatus(error: unknown): { code: status; details: string } {
  if (!(error instanceof BigqueryError)) {
    return { code: status.INTERNAL, details: error instanceof Error ? error.message : "unknown" };
  }
  const codes: Partial<Record<BigqueryError["reason"], status>> = {
    invalid: status.INVALID_ARGUMENT,
    invalidQuery: status.INVALID_ARGUMENT,
    notFound: status.NOT_FOUND,
    notImplemented: status.UNIMPLEMENTED,
  };
  return { code: codes[error.reason] ?? status.INTERNAL, details: error.message };
}
