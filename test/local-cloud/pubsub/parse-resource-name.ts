import { invalidArgument } from "./rpc-error.ts";

/** What a subscription names as its topic once the topic is deleted. */
export const deletedTopic = "_deleted-topic_";

export type ResourceName = {
  /** Project id. */
  project: string;
  /** The last part of the name. */
  shortName: string;
};

// 3 to 255 characters, a letter first, never "goog" first: cloud.google.com/pubsub/docs/pubsub-basics#resource_names
const shortName = "(?!goog)[A-Za-z][A-Za-z0-9._~+%-]{2,254}";
const project = "[a-z0-9][a-z0-9.:-]*";
const topicName = new RegExp(`^projects/(${project})/topics/(${shortName})$`);
const subscriptionName = new RegExp(`^projects/(${project})/subscriptions/(${shortName})$`);
const projectName = new RegExp(`^projects/(${project})$`);

/** @throws RpcError INVALID_ARGUMENT unless `name` is `projects/{project}/topics/{topic}`. */
export function parseTopicName(name: string): ResourceName {
  return parse(topicName, name);
}

/** @throws RpcError INVALID_ARGUMENT unless `name` is `projects/{project}/subscriptions/{subscription}`. */
export function parseSubscriptionName(name: string): ResourceName {
  return parse(subscriptionName, name);
}

/** @throws RpcError INVALID_ARGUMENT unless `name` is `projects/{project}`. */
export function parseProjectName(name: string): string {
  return parse(projectName, name).project;
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
