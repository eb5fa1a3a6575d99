import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";

/** What a function calls of Pub/Sub, and the messages that are made of. */
const published = ["PublishRequest", "PublishResponse", "PubsubMessage"];
const publishing = ["google", "pubsub", "v1", "Publisher", ...published, "protobuf", "Timestamp"];
const methods = ["Publish"];

/**
 * Half of what the Google clients bring are protocols that no function of ours speaks, which each cold
 * start would have to parse, and each first message to link.
 */
export const withoutUnusedProtocols: Plugin = {
  name: "without-unused-protocols",
  setup(bundling) {
    // Publishing works from `protos.json`. These classes are only exported again, or used for
    // long-running operations, which Pub/Sub has none of.
    const messageClasses =
      /\/(pubsub|pubsub-api|google-gax)\/build\/protos\/(protos|iam_service|locations|operations)\.js$/;
    bundling.onLoad({ filter: messageClasses }, () => ({ contents: "" }));
    bundling.onLoad({ filter: /\/(pubsub|pubsub-api)\/build\/protos\/protos\.json$/ }, ({ path }) =>
      filterJson(path, (name, value) => {
        if (name === "nested") return pick(value, publishing);
        if (name === "methods") return pick(value, methods);
        // They speak of REST and of documentation, in types that are left out.
        return name === "options" ? undefined : value;
      }),
    );
    // Each client of Pub/Sub makes one for permissions, which are Terraform's.
    bundling.onLoad({ filter: /\/google-gax\/build\/protos\/iam_service\.json$/ }, () => ({
      contents: "{}",
      loader: "json",
    }));
    // The Storage Write client writes with classes, but only with those of version 1.
    bundling.onLoad(
      { filter: /\/bigquery-storage\/build\/protos\/protos\.js$/ },
      async ({ path }) => {
        const previews =
          /^( +)storage\.v1(alpha|beta)\d* = \(function\(\) \{\n[\s\S]*?^\1\}\)\(\);\n/gm;
        return { contents: (await readFile(path, "utf8")).replace(previews, "") };
      },
    );
    bundling.onLoad({ filter: /\/bigquery-storage\/build\/protos\/protos\.json$/ }, ({ path }) =>
      filterJson(path, (name, value) => (/^v1(alpha|beta)\d*$/.test(name) ? undefined : value)),
    );
    // It would compile WebAssembly to multiply 64-bit integers, which it can do without.
    bundling.onLoad({ filter: /\/long\/umd\/index\.js$/ }, async ({ path }) => ({
      contents: `var WebAssembly;\n${await readFile(path, "utf8")}`,
    }));
  },
};

async function filterJson(path: string, keep: (name: string, value: unknown) => unknown) {
  const contents = JSON.stringify(JSON.parse(await readFile(path, "utf8"), keep));
  return { contents, loader: "json" } as const;
}

function pick(entries: unknown, names: readonly string[]): unknown {
  const kept = Object.entries(entries ?? {}).filter(([name]) => names.includes(name));
  return Object.fromEntries(kept);
}
