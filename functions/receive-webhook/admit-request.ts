import type { PublishedTopic } from "../../shared/manifest/published-topic.ts";
import type manifest from "./function.json";
import type { RequestHead } from "./guard-requests.ts";
import type { ProblemName } from "./problem-json.ts";

/** Topics that it may publish to. */
export type Topic = PublishedTopic<typeof manifest>;

/** Who sends, and where the bodies go. */
export type Source = { scheme: "x" | "standard"; topic: Topic };

export type Admission =
  | { kind: "challenge"; query: string }
  | { kind: "delivery"; source: Source; length: number }
  | { kind: "refused"; problem: ProblemName; allow?: string };

/** Of one body, bytes. Half of what one Pub/Sub message may be. */
export const maxBodyBytes = 5_000_000;

const xTopic = "tweets";
const standardPath = "/standard/";

/** What a request asks for, judged by its head alone: nothing of the body has been read yet. */
export function admitRequest(
  head: RequestHead,
  config: {
    xSecrets: readonly unknown[];
    standardSecrets: readonly unknown[];
    standardTopics: readonly Topic[];
  },
): Admission {
  const [path = "", query = ""] = splitTarget(head.target);
  const source = findSource(path, config);
  if (source === undefined) return refuse("unknown-source");
  if (head.method === "GET" && source.scheme === "x") return { kind: "challenge", query };
  if (head.method !== "POST") {
    const allow = source.scheme === "x" ? "GET, POST" : "POST";
    return { kind: "refused", problem: "method-not-allowed", allow };
  }
  return admitBody(head, source);
}

const refuse = (problem: ProblemName): Admission => ({ kind: "refused", problem });

function splitTarget(target: string): string[] {
  const mark = target.indexOf("?");
  return mark === -1 ? [target] : [target.slice(0, mark), target.slice(mark + 1)];
}

function findSource(path: string, config: Parameters<typeof admitRequest>[1]): Source | undefined {
  if (path === "/x") {
    return config.xSecrets.length > 0 ? { scheme: "x", topic: xTopic } : undefined;
  }
  if (!path.startsWith(standardPath) || config.standardSecrets.length === 0) return undefined;
  const name = path.slice(standardPath.length);
  const topic = config.standardTopics.find((one) => one === name);
  return topic === undefined ? undefined : { scheme: "standard", topic };
}

function admitBody({ headers }: RequestHead, source: Source): Admission {
  const encodings = headers["content-encoding"] ?? [];
  if (encodings.some((encoding) => encoding.trim().toLowerCase() !== "identity")) {
    return refuse("unsupported-encoding");
  }
  const [declared] = headers["content-length"] ?? [];
  if (declared === undefined || headers["transfer-encoding"] !== undefined) {
    return refuse("length-required");
  }
  const length = Number(declared);
  return length <= maxBodyBytes ? { kind: "delivery", source, length } : refuse("body-too-large");
}
