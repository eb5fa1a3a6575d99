import protos from "@google-cloud/pubsub/build/protos/protos.js";
import type { Server, ServerUnaryCall } from "@grpc/grpc-js";
import { requireAcknowledgeSize } from "./check-publish-limits.ts";
import type { TopicStore } from "./create-topic-store.ts";
import { cutPage } from "./cut-page.ts";
import { parseProjectName } from "./parse-resource-name.ts";
import { pullOnce } from "./pull-once.ts";
import { type Decoder, type Encoder, registerBidi, registerUnary } from "./register-rpc.ts";
import { failedPrecondition, invalidArgument, tooLarge, tooSmall } from "./rpc-error.ts";
import { serveStreamingPull } from "./serve-streaming-pull.ts";
import {
  readPushSettings,
  readSubscriptionSettings,
  updateSubscriptionSettings,
  writeSubscriptionSettings,
} from "./subscription-settings.ts";
import { writeReceivedMessage } from "./write-received-message.ts";

const v1 = protos.google.pubsub.v1;
const { Empty } = protos.google.protobuf;
const service = "/google.pubsub.v1.Subscriber";
const longestAckDeadlineSeconds = 600;

/** Serves google.pubsub.v1.Subscriber; methods not registered here (snapshots, seek) answer UNIMPLEMENTED. */
export function serveSubscriber(server: Server, store: TopicStore): void {
  function unary<Request, Response>(
    name: string,
    request: Decoder<Request>,
    response: Encoder<Response>,
    handle: (
      request: Request,
      call: ServerUnaryCall<Request, Response>,
    ) => Response | Promise<Response>,
  ): void {
    registerUnary(server, { path: `${service}/${name}`, request, response }, handle);
  }

  unary("CreateSubscription", v1.Subscription, v1.Subscription, (wire) =>
    writeSubscriptionSettings(store.createSubscription(readSubscriptionSettings(wire))),
  );
  unary("GetSubscription", v1.GetSubscriptionRequest, v1.Subscription, ({ subscription }) =>
    writeSubscriptionSettings(store.subscription(subscription).settings()),
  );
  unary("UpdateSubscription", v1.UpdateSubscriptionRequest, v1.Subscription, (request) => {
    const wire = request.subscription ?? {};
    const before = store.subscription(wire.name ?? "").settings();
    const after = updateSubscriptionSettings(before, wire, request.updateMask?.paths ?? []);
    return writeSubscriptionSettings(store.configureSubscription(after));
  });
  unary("ModifyPushConfig", v1.ModifyPushConfigRequest, Empty, ({ subscription, pushConfig }) => {
    const before = store.subscription(subscription).settings();
    store.configureSubscription({ ...before, push: readPushSettings(pushConfig) });
    return {};
  });
  unary(
    "ListSubscriptions",
    v1.ListSubscriptionsRequest,
    v1.ListSubscriptionsResponse,
    (request) => {
      parseProjectName(request.project);
      const page = cutPage(store.subscriptions(request.project), ({ name }) => name, request);
      return {
        subscriptions: page.items.map(writeSubscriptionSettings),
        nextPageToken: page.nextPageToken,
      };
    },
  );
  unary("DeleteSubscription", v1.DeleteSubscriptionRequest, Empty, ({ subscription }) => {
    store.deleteSubscription(subscription);
    return {};
  });
  unary("Pull", v1.PullRequest, v1.PullResponse, async (request, call) => {
    const queue = store.subscription(request.subscription);
    if (queue.settings().push !== undefined) {
      throw failedPrecondition("This method is not supported for this subscription type.");
    }
    const caller = new AbortController();
    call.on("cancelled", () => caller.abort());
    const deliveries = await pullOnce(queue, {
      maxMessages: request.maxMessages,
      returnImmediately: request.returnImmediately,
      cancelled: caller.signal,
    });
    const withAttempt = queue.settings().deadLetterPolicy !== undefined;
    return {
      receivedMessages: deliveries.map((delivery) => writeReceivedMessage(delivery, withAttempt)),
    };
  });
  unary("Acknowledge", sized(v1.AcknowledgeRequest), Empty, ({ request, requestBytes }) => {
    requireAcknowledgeSize(requestBytes);
    const queue = store.subscription(request.subscription);
    requireAckIds(request.ackIds);
    for (const ackId of request.ackIds) queue.acknowledge(ackId);
    return {};
  });
  unary("ModifyAckDeadline", sized(v1.ModifyAckDeadlineRequest), Empty, (sizedRequest) => {
    requireAcknowledgeSize(sizedRequest.requestBytes);
    const { subscription, ackIds, ackDeadlineSeconds } = sizedRequest.request;
    const queue = store.subscription(subscription);
    requireAckIds(ackIds);
    if (ackDeadlineSeconds < 0) throw tooSmall("ack_deadline_seconds", ackDeadlineSeconds, 0);
    if (ackDeadlineSeconds > longestAckDeadlineSeconds) {
      throw tooLarge("ack_deadline_seconds", ackDeadlineSeconds, longestAckDeadlineSeconds);
    }
    for (const ackId of ackIds) queue.modifyDeadline(ackId, ackDeadlineSeconds * 1000);
    return {};
  });
  registerBidi(
    server,
    {
      path: `${service}/StreamingPull`,
      request: v1.StreamingPullRequest,
      response: v1.StreamingPullResponse,
    },
    (call) => serveStreamingPull(store, call),
  );
}

function sized<Request>(
  type: Decoder<Request>,
): Decoder<{ request: Request; requestBytes: number }> {
  return {
    decode: (bytes) => ({ request: type.decode(bytes), requestBytes: bytes.length }),
  };
}

function requireAckIds(ackIds: readonly string[]): void {
  if (ackIds.length === 0) throw invalidArgument("No ack ids specified.");
}
