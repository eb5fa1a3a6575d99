import { status } from "@grpc/grpc-js";

/** A refusal with the gRPC status code the real service answers in the same case. */
export class RpcError extends Error {
  readonly code: status;

  constructor(code: status, message: string) {
    super(message);
    this.name = "RpcError";
    this.code = code;
  }
}

export function invalidArgument(message: string): RpcError {
  return new RpcError(status.INVALID_ARGUMENT, message);
}

/** Something the real service does and this server does not: said, never silently accepted. */
export function unimplemented(feature: string): RpcError {
  return new RpcError(status.UNIMPLEMENTED, `${feature} is not implemented by the local Pub/Sub.`);
}

export function tooLarge(field: string, value: number, maximum: number): RpcError {
  return invalidArgument(
    `The value for ${field} is too large. You passed ${value} in the request, but the maximum value is ${maximum}.`,
  );
}

export function tooSmall(field: string, value: number, minimum: number): RpcError {
  return invalidArgument(
    `The value for ${field} is too small. You passed ${value} in the request, but the minimum value is ${minimum}.`,
  );
}

/** @param shortName the last part of the resource name, as the real service prints it. */
export function notFound(shortName: string): RpcError {
  return new RpcError(status.NOT_FOUND, `Resource not found (resource=${shortName}).`);
}

export function alreadyExists(shortName: string): RpcError {
  return new RpcError(
    status.ALREADY_EXISTS,
    `Resource already exists in the project (resource=${shortName}).`,
  );
}

export function failedPrecondition(message: string): RpcError {
  return new RpcError(status.FAILED_PRECONDITION, message);
}
