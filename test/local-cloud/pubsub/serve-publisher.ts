import protos from "@google-cloud/pubsub/build/protos/protos.js";
import type { Server } from "@grpc/grpc-js";
import { requirePublishable } from "./check-publish-limits.ts";
import type { Topic, TopicStore } from "./create-topic-store.ts";
import { cutPage } from "./cut-page.ts";
import { parseProjectName, parseTopicName } from "./parse-resource-name.ts";
import { type Decoder, type Encoder, registerUnary } from "./register-rpc.ts";
import { invalidArgument, unimplemented } from "./rpc-error.ts";
import { keepableBytes, type PublishedContent } from "./stored-message.ts";

type WireTopic = protos.google.pubsub.v1.ITopic;
type WireMessage = protos.google.pubsub.v1.IPubsubMessage;

const v1 = protos.google.pubsub.v1;
const { Empty } = protos.google.protobuf;
const stateActive = 1;

// The size limit is on the encoded request, which is gone after decoding.
const sizedPublishRequest = {
  decode: (bytes: Uint8Array) => ({
    request: v1.PublishRequest.decode(bytes),
    requestBytes: bytes.length,
  }),
};

/** Serves google.pubsub.v1.Publisher; methods not registered here answer UNIMPLEMENTED. */
export function servePublisher(server: Server, store: TopicStore): void {
  function unary<Request, Response>(
    name: string,
    request: Decoder<Request>,
    response: Encoder<Response>,
    handle: (request: Request) => Response,
  ): void {
    const path = `/google.pubsub.v1.Publisher/${name}`;
    registerUnary(server, { path, request, response }, handle);
  }

  unary("CreateTopic", v1.Topic, v1.Topic, (topic) => {
    parseTopicName(topic.name);
    refuseUnsupported(topic);
    return writeTopic(store.createTopic({ name: topic.name, labels: { ...topic.labels } }));
  });
  unary("GetTopic", v1.GetTopicRequest, v1.Topic, ({ topic }) => writeTopic(store.topic(topic)));
  unary("UpdateTopic", v1.UpdateTopicRequest, v1.Topic, ({ topic, updateMask }) => {
    const paths = updateMask?.paths ?? [];
    if (paths.length === 0) {
      throw invalidArgument(
        "The update_mask in the UpdateTopicRequest must be set, and must contain a non-empty paths list.",
      );
    }
    const other = paths.find((path) => path.split(".")[0] !== "labels");
    if (other !== undefined) throw unimplemented(`Updating a topic's ${other}`);
    const { name } = store.topic(topic?.name ?? "");
    return writeTopic(store.updateTopic({ name, labels: { ...topic?.labels } }));
  });
  unary("ListTopics", v1.ListTopicsRequest, v1.ListTopicsResponse, (request) => {
    parseProjectName(request.project);
    const page = cutPage(store.topics(request.project), ({ name }) => name, request);
    return { topics: page.items.map(writeTopic), nextPageToken: page.nextPageToken };
  });
  unary(
    "ListTopicSubscriptions",
    v1.ListTopicSubscriptionsRequest,
    v1.ListTopicSubscriptionsResponse,
    (request) => {
      const page = cutPage(store.subscriptionsOf(request.topic), (name) => name, request);
      return { subscriptions: page.items, nextPageToken: page.nextPageToken };
    },
  );
  unary("DeleteTopic", v1.DeleteTopicRequest, Empty, ({ topic }) => {
    store.deleteTopic(topic);
    return {};
  });
  unary("Publish", sizedPublishRequest, v1.PublishResponse, ({ request, requestBytes }) => {
    store.topic(request.topic);
    const contents = request.messages.map(readContent);
    requirePublishable(contents, requestBytes);
    const kept = contents.map((content) => ({ ...content, data: keepableBytes(content.data) }));
    return { messageIds: store.publish(request.topic, kept) };
  });
}

function refuseUnsupported(topic: WireTopic): void {
  if (topic.messageStoragePolicy) throw unimplemented("A message storage policy");
  if (topic.kmsKeyName) throw unimplemented("A customer-managed key");
  if (topic.schemaSettings) throw unimplemented("A schema");
  if (topic.messageRetentionDuration) throw unimplemented("Topic retention");
  if (topic.ingestionDataSourceSettings) throw unimplemented("Ingestion");
  if (topic.messageTransforms?.length) throw unimplemented("A message transform");
}

function writeTopic(topic: Topic): WireTopic {
  return { name: topic.name, labels: { ...topic.labels }, state: stateActive };
}

function readContent(message: WireMessage): PublishedContent {
  return {
    data: readBytes(message.data),
    attributes: message.attributes ?? {},
    orderingKey: message.orderingKey ?? "",
  };
}

// The decoder gives a view of the request; strings appear in the generated types only for callers who build messages.
function readBytes(data: Uint8Array | string | null | undefined): Buffer {
  if (Buffer.isBuffer(data)) return data;
  if (data === null || data === undefined) return Buffer.alloc(0);
  return typeof data === "string" ? Buffer.from(data, "base64") : Buffer.from(data);
}
