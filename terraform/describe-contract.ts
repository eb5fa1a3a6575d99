import * as z from "zod";
import { type FunctionManifest, triggersOf } from "../shared/manifest/function-manifest.ts";
import { topicsOf } from "../shared/manifest/list-topics.ts";
import { type DescribedTopic, describedTopics } from "../shared/manifest/topics.ts";

/**
 * The contract for other languages: file name → JSON value. `<topic>.schema.json` is a JSON Schema of
 * one line of a message, as a producer may write it; `asyncapi.json` is all of it in AsyncAPI 3.
 */
export function describeContract(manifests: readonly FunctionManifest[]): Map<string, unknown> {
  const topics = topicsOf(manifests).map(describe);
  const files = new Map<string, unknown>([["asyncapi.json", asyncapi(topics, manifests)]]);
  for (const topic of topics) {
    const { $schema, ...schema } = lineSchema(topic, "draft-2020-12");
    files.set(`${topic.name}.schema.json`, { $schema, title: topic.name, ...schema });
  }
  return files;
}

/** A topic of which nobody has said yet what travels on it takes everything. */
const describe = (name: string): DescribedTopic =>
  describedTopics.find((topic) => topic.name === name) ?? {
    name,
    description: `Messages of ${name}`,
    event: z.unknown(),
  };

/** Not strict: a schema that was published may grow. */
function lineSchema({ event }: DescribedTopic, target: "draft-7" | "draft-2020-12") {
  return z.toJSONSchema(event, {
    target,
    io: "input",
    unrepresentable: "throw",
    override: ({ jsonSchema }) => {
      // A format that JSON Schema does not have; the pattern beside it says the same.
      if (jsonSchema.format === "base64") delete jsonSchema.format;
    },
  });
}

const contentType = "application/x-ndjson";

function asyncapi(topics: readonly DescribedTopic[], manifests: readonly FunctionManifest[]) {
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Hourtally",
      version: "1.0.0",
      description:
        "Topics of Pub/Sub and what travels on them. The data of a message is UTF-8: one JSON value, or one event a line; the payloads here are those of a line. What is sent comes at least once.",
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    servers: {
      pubsub: {
        host: "pubsub.googleapis.com",
        protocol: "googlepubsub",
        description: "Google Cloud Pub/Sub; the local cloud tells its own address",
      },
    },
    defaultContentType: contentType,
    channels: Object.fromEntries(
      topics.map(({ name, description }) => [
        name,
        {
          address: name,
          title: name,
          description,
          messages: { [name]: { $ref: `#/components/messages/${name}` } },
        },
      ]),
    ),
    operations: Object.fromEntries(manifests.flatMap(operationsOf)),
    components: {
      messages: Object.fromEntries(
        topics.map(({ name, description }) => [
          name,
          {
            name,
            title: description,
            contentType,
            headers: { $ref: "#/components/schemas/attributes" },
            payload: { $ref: `#/components/schemas/${name}` },
          },
        ]),
      ),
      schemas: {
        attributes,
        ...Object.fromEntries(topics.map((topic) => [topic.name, embedded(topic)])),
      },
    },
  };
}

/** AsyncAPI's own schemas are a superset of draft 7. */
function embedded(topic: DescribedTopic) {
  const { $schema: _, ...schema } = lineSchema(topic, "draft-7");
  return schema;
}

const attributes = {
  type: "object",
  description: "Attributes of the message",
  properties: {
    schema: { type: "string", description: "What a line is, for example link-share.v1" },
    "content-encoding": {
      type: "string",
      enum: ["gzip", "zstd"],
      description: "How the data is compressed; absent where it is not",
    },
  },
  additionalProperties: { type: "string" },
};

/** What a function receives and sends, each topic once. */
function operationsOf(manifest: FunctionManifest) {
  const operation = (action: "receive" | "send", topic: string, summary: string) =>
    [
      `${manifest.name}.${action}.${topic}`,
      {
        action,
        title: `${manifest.name}: ${topic}`,
        summary,
        channel: { $ref: `#/channels/${topic}` },
        messages: [{ $ref: `#/channels/${topic}/messages/${topic}` }],
      },
    ] as const;
  return [
    ...triggersOf(manifest).map((topic) => operation("receive", topic, manifest.description)),
    ...Object.entries(manifest.publishes).map(([topic, why]) => operation("send", topic, why)),
  ];
}
