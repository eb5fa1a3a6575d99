import {
  type Server,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import { RpcError } from "./rpc-error.ts";

/** A message type of the generated protocol code that can be read. */
export type Decoder<Message> = {
  decode(bytes: Uint8Array): Message;
};

/** A message type of the generated protocol code that can be written. */
export type Encoder<Message> = {
  encode(message: Message): { finish(): Uint8Array };
};

/** One method of a service: the real service's path and message types. */
export type RpcMethod<Request, Response> = {
  /** For example `/google.pubsub.v1.Publisher/Publish`. */
  path: string;
  request: Decoder<Request>;
  response: Encoder<Response>;
};

/** Serves a unary method; an RpcError thrown by `handle` becomes the call's status. */
export function registerUnary<Request, Response>(
  server: Server,
  method: RpcMethod<Request, Response>,
  handle: (
    request: Request,
    call: ServerUnaryCall<Request, Response>,
  ) => Response | Promise<Response>,
): void {
  const serve = async (
    call: ServerUnaryCall<Request, Response>,
    callback: sendUnaryData<Response>,
  ): Promise<void> => {
    try {
      callback(null, await handle(call.request, call));
    } catch (error) {
      callback(toStatus(error));
    }
  };
  server.register(method.path, serve, serializer(method), deserializer(method), "unary");
}

/** Serves a method that streams both ways. */
export function registerBidi<Request, Response>(
  server: Server,
  method: RpcMethod<Request, Response>,
  handle: (call: ServerDuplexStream<Request, Response>) => void,
): void {
  server.register(method.path, handle, serializer(method), deserializer(method), "bidi");
}

/** What a client is told about an error; one that is not an RpcError is a defect of this server. */
export function toStatus(error: unknown): { code: status; details: string } {
  if (error instanceof RpcError) return { code: error.code, details: error.message };
  return { code: status.INTERNAL, details: String(error) };
}

function serializer<Response>(method: RpcMethod<unknown, Response>): (message: Response) => Buffer {
  return (message) => {
    const bytes = method.response.encode(message).finish();
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
}

function deserializer<Request>(method: RpcMethod<Request, never>): (bytes: Buffer) => Request {
  return (bytes) => method.request.decode(bytes);
}
