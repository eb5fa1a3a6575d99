/** Bounds of one batch: it is run when the next request would exceed one, or its time is up. */
export type BatchLimits = {
  bytes: number;
  items: number;
  /** How long the first request waits for others. */
  lingerMs: number;
};

/** Runs something after so many ms. */
export type Schedule = (run: () => void, ms: number) => unknown;

type Coalescing<Request, Answer> = {
  /** Only requests with the same key share a batch. */
  keyOf: (request: Request) => string;
  sizeOf: (request: Request) => { bytes: number; items: number };
  /** An answer, or an error, for each request in order; when it rejects, all of them fail. */
  run: (requests: readonly [Request, ...Request[]]) => Promise<readonly (Answer | Error)[]>;
  limits: BatchLimits;
  /** Batches of one key run one after the other; while one is under way, the next fills. */
  inTurn?: boolean;
  schedule?: Schedule;
};

type Waiting<Request, Answer> = {
  request: Request;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
};

type Batch<Request, Answer> = {
  waiting: Waiting<Request, Answer>[];
  bytes: number;
  items: number;
  /** Bounds are reached or its time is up: it takes no more. */
  isClosed: boolean;
};

/**
 * Combines concurrent requests into batches. Each request is answered when its batch has run, with
 * its own answer or its own error, and nothing is kept of it afterwards. A request that is larger
 * than a batch may be is run alone.
 */
export function coalesceRequests<Request, Answer>({
  keyOf,
  sizeOf,
  run,
  limits,
  inTurn = false,
  schedule = setTimeout,
}: Coalescing<Request, Answer>): (request: Request) => Promise<Answer> {
  const open = new Map<string, Batch<Request, Answer>>();
  const underWay = new Map<string, Promise<void>>();

  const openBatch = (key: string): Batch<Request, Answer> => {
    const batch: Batch<Request, Answer> = { waiting: [], bytes: 0, items: 0, isClosed: false };
    open.set(key, batch);
    const linger = () => void schedule(() => close(key, batch), limits.lingerMs);
    const before = underWay.get(key);
    if (before === undefined) linger();
    else void before.then(linger);
    return batch;
  };

  const close = (key: string, batch: Batch<Request, Answer>): void => {
    if (batch.isClosed) return;
    batch.isClosed = true;
    open.delete(key);
    const before = underWay.get(key);
    const ended =
      before === undefined ? runBatch(run, batch) : before.then(() => runBatch(run, batch));
    if (!inTurn) return;
    underWay.set(key, ended);
    void ended.then(() => {
      if (underWay.get(key) === ended) underWay.delete(key);
    });
  };

  const findRoom = (key: string, bytes: number, items: number): Batch<Request, Answer> => {
    const batch = open.get(key);
    if (batch === undefined) return openBatch(key);
    const fits = batch.bytes + bytes <= limits.bytes && batch.items + items <= limits.items;
    if (fits) return batch;
    close(key, batch);
    return openBatch(key);
  };

  return (request) =>
    new Promise((resolve, reject) => {
      const key = keyOf(request);
      const { bytes, items } = sizeOf(request);
      const batch = findRoom(key, bytes, items);
      batch.waiting.push({ request, resolve, reject });
      batch.bytes += bytes;
      batch.items += items;
      if (batch.bytes >= limits.bytes || batch.items >= limits.items) close(key, batch);
    });
}

/** Never rejects. */
async function runBatch<Request, Answer>(
  run: Coalescing<Request, Answer>["run"],
  { waiting }: Batch<Request, Answer>,
): Promise<void> {
  const [first, ...rest] = waiting.map(({ request }) => request);
  if (first === undefined) return;
  try {
    const answers = await run([first, ...rest]);
    if (answers.length !== waiting.length) throw new Error("not one answer for each request");
    for (const [index, answer] of answers.entries()) {
      if (answer instanceof Error) waiting[index]?.reject(answer);
      else waiting[index]?.resolve(answer);
    }
  } catch (error) {
    for (const { reject } of waiting) reject(error);
  }
}
