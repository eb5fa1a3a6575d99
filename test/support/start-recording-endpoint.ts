import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";

export type RecordedRequest = {
  path: string;
  headers: IncomingHttpHeaders;
  /** The parsed JSON body. */
  body: PushBody;
  arrivedAt: number;
};

/** What a push carries, as an endpoint sees it. */
type PushBody = {
  message: {
    data?: string;
    attributes?: Record<string, string>;
    messageId: string;
    message_id: string;
    orderingKey?: string;
    publishTime: string;
    publish_time: string;
  };
  subscription: string;
  deliveryAttempt?: number;
};

export type RecordingEndpoint = {
  url: string;
  requests: RecordedRequest[];
  /** Most requests that were open at the same time. */
  mostConcurrent(): number;
  /** Requests the caller gave up. */
  aborted(): number;
  close(): Promise<void>;
};

/**
 * An HTTP endpoint that records what is pushed to it.
 * @param answer sends (or withholds) the answer; `count` is 1 for the first request.
 */
export async function startRecordingEndpoint(
  answer: (response: ServerResponse, count: number, request: RecordedRequest) => void,
): Promise<RecordingEndpoint> {
  const requests: RecordedRequest[] = [];
  let open = 0;
  let most = 0;
  let aborted = 0;

  const server = createServer((incoming, response) => {
    open += 1;
    most = Math.max(most, open);
    response.on("close", () => {
      open -= 1;
      if (!response.writableFinished) aborted += 1;
    });
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const body: PushBody = JSON.parse(Buffer.concat(chunks).toString());
      const { url, headers } = incoming;
      const request = { path: url ?? "", headers, body, arrivedAt: performance.now() };
      requests.push(request);
      answer(response, requests.length, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");

  return {
    url: `http://127.0.0.1:${address.port}/projects/local-test/topics/pushed`,
    requests,
    mostConcurrent: () => most,
    aborted: () => aborted,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers every push with this status. */
export function answerWith(status: number): (response: ServerResponse) => void {
  return (response) => {
    response.statusCode = status;
    response.end();
  };
}
