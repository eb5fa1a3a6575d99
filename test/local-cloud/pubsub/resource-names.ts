import { invalidArgument } from "./rpc-error.ts";

/** What a subscription names as its topic once the topic is deleted. */
export const DELETED_TOPIC = "_deleted-topic_";

export interface ResourceName {
  /** Project id. */
  readonly project: string;
  /** The last part of the name. */
  readonly shortName: string;
}

// 3 to 255 characters, a letter first, never "goog" first: cloud.google.com/pubsub/docs/pubsub-basics#resource_names
const SHORT_NAME = "(?!goog)[A-Za-z][A-Za-z0-9._~+%-]{2,254}";
const PROJECT = "[a-z0-9][a-z0-9.:-]*";
const TOPIC = new RegExp(`^projects/(${PROJECT})/topics/(${SHORT_NAME})$`);
const SUBSCRIPTION = new RegExp(`^projects/(${PROJECT})/subscriptions/(${SHORT_NAME})$`);
const PROJECT_NAME = new RegExp(`^projects/(${PROJECT})$`);

/** @throws RpcError INVALID_ARGUMENT unless `name` is `projects/{project}/topics/{topic}`. */
export function parseTopicName(name: string): ResourceName {
  return parse(TOPIC, name);
}

/** @throws RpcError INVALID_ARGUMENT unless `name` is `projects/{project}/subscriptions/{subscription}`. */
export function parseSubscriptionName(name: string): ResourceName {
  return parse(SUBSCRIPTION, name);
}

/** @throws RpcError INVALID_ARGUMENT unless `name` is `projects/{project}`. */
export function parseProjectName(name: string): string {
  return parse(PROJECT_NAME, name).project;
}

function parse(pattern: RegExp, name: string): ResourceName {
  const match = pattern.exec(name);
  if (match === null) {
    throw invalidArgument(
      `Invalid resource name given (name=${name}). Refer to https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names for more information.`,
    );
  }
  return { project: match[1] ?? "", shortName: match[2] ?? "" };
}
