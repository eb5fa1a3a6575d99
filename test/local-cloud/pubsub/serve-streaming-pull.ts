import type protos from "@google-cloud/pubsub/build/protos/protos.js";
import type { ServerDuplexStream } from "@grpc/grpc-js";
import type { Consumer, SubscriptionQueue } from "./create-subscription-queue.ts";
import type { TopicStore } from "./create-topic-store.ts";
import { toStatus } from "./register-rpc.ts";
import { failedPrecondition, invalidArgument, tooLarge, tooSmall } from "./rpc-error.ts";
import { writeReceivedMessage } from "./write-received-message.ts";

type Request = protos.google.pubsub.v1.StreamingPullRequest;
type Response = protos.google.pubsub.v1.IStreamingPullResponse;
type StreamingPullCall = ServerDuplexStream<Request, Response>;

const ackDeadlineSeconds = { least: 10, most: 600 };

/** Serves one StreamingPull call: its first request names the subscription and the flow control. */
export function serveStreamingPull(store: TopicStore, call: StreamingPullCall): void {
  let stream: { onRequest(request: Request): void; close(): void } | undefined;

  call.on("data", (request: Request) => {
    try {
      if (stream === undefined) stream = openStream(store, call, request);
      else stream.onRequest(request);
    } catch (error) {
      fail(error);
    }
  });
  call.on("end", () => {
    stream?.close();
    call.end();
  });
  call.on("cancelled", () => stream?.close());
  call.on("error", () => stream?.close());

  function fail(error: unknown): void {
    stream?.close();
    call.emit("error", toStatus(error));
  }
}

function openStream(
  store: TopicStore,
  call: StreamingPullCall,
  first: Request,
): { onRequest(request: Request): void; close(): void } {
  const queue = store.subscription(first.subscription);
  if (queue.settings().push !== undefined) {
    throw failedPrecondition("This method is not supported for this subscription type.");
  }
  let ackDeadlineMs = readAckDeadline(first.streamAckDeadlineSeconds);
  // Not positive = no limit.
  const maxMessages = Number(String(first.maxOutstandingMessages));
  const maxBytes = Number(String(first.maxOutstandingBytes));
  let outstandingMessages = 0;
  let outstandingBytes = 0;
  let blocked = false;

  const consumer: Consumer = {
    ackDeadlineMs: () => ackDeadlineMs,
    // The message that crosses the byte limit is the last one sent, as in the real service.
    admit(message) {
      const full =
        blocked ||
        (maxMessages > 0 && outstandingMessages >= maxMessages) ||
        (maxBytes > 0 && outstandingBytes >= maxBytes);
      if (full) return false;
      outstandingMessages += 1;
      outstandingBytes += message.sizeBytes;
      return true;
    },
    deliver(deliveries) {
      const withAttempt = queue.settings().deadLetterPolicy !== undefined;
      send({
        receivedMessages: deliveries.map((delivery) => writeReceivedMessage(delivery, withAttempt)),
        subscriptionProperties: {
          exactlyOnceDeliveryEnabled: false,
          messageOrderingEnabled: false,
        },
      });
    },
    release(delivery) {
      outstandingMessages -= 1;
      outstandingBytes -= delivery.message.sizeBytes;
    },
    end(reason) {
      call.emit("error", toStatus(reason));
    },
  };

  function send(response: Response): void {
    if (call.write(response) || blocked) return;
    blocked = true;
    call.once("drain", () => {
      blocked = false;
      queue.wake();
    });
  }

  function onRequest(request: Request): void {
    if (request.subscription) {
      throw invalidArgument("The subscription must be set in the first request of a stream only.");
    }
    if (request.streamAckDeadlineSeconds !== 0) {
      ackDeadlineMs = readAckDeadline(request.streamAckDeadlineSeconds);
    }
    for (const ackId of request.ackIds) queue.acknowledge(ackId);
    modifyDeadlines(queue, request);
    // The client drops a stream that stays silent for 15 s after its keep-alive.
    if (isKeepAlive(request)) send({});
  }

  queue.addConsumer(consumer);
  return { onRequest, close: () => queue.removeConsumer(consumer) };
}

function modifyDeadlines(queue: SubscriptionQueue, request: Request): void {
  if (request.modifyDeadlineAckIds.length !== request.modifyDeadlineSeconds.length) {
    throw invalidArgument(
      "The number of modify_deadline_seconds must be that of modify_deadline_ack_ids.",
    );
  }
  request.modifyDeadlineAckIds.forEach((ackId, index) => {
    queue.modifyDeadline(ackId, (request.modifyDeadlineSeconds[index] ?? 0) * 1000);
  });
}

function isKeepAlive(request: Request): boolean {
  return (
    request.ackIds.length === 0 &&
    request.modifyDeadlineAckIds.length === 0 &&
    request.streamAckDeadlineSeconds === 0
  );
}

function readAckDeadline(seconds: number): number {
  const { least, most } = ackDeadlineSeconds;
  if (seconds < least) throw tooSmall("stream_ack_deadline_seconds", seconds, least);
  if (seconds > most) throw tooLarge("stream_ack_deadline_seconds", seconds, most);
  return seconds * 1000;
}
