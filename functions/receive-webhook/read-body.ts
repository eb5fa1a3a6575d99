import type { Readable } from "node:stream";

/** Why there is no body. */
type BodyFailure = "body-timeout" | "too-busy" | "aborted";

export type BodyReader = {
  /** The whole body, of `length` bytes. It counts as held until it is released. */
  read: (request: Readable, length: number) => Buffer | BodyFailure | Promise<Buffer | BodyFailure>;
  release: (body: Buffer) => void;
};

type Limits = {
  /** Of all larger bodies held at once, bytes: senders are unknown until their whole body is there. */
  heldBytes: number;
  /** Bodies of so many bytes have a room of their own, so that large ones never keep them out. */
  smallBytes: number;
  heldSmallBytes: number;
  /** From the first byte to the last, ms. */
  timeoutMs: number;
  /** A larger body must bring so many bytes in each so many ms. */
  pace: { bytes: number; ms: number };
};

/**
 * The memory of an instance less what it needs itself; X gives up after 10 s anyway. The pace is a
 * tenth of what a body of 5 MB needs to be there by then; whoever stalls is gone in two seconds.
 */
const defaultLimits: Limits = {
  heldBytes: 64_000_000,
  smallBytes: 64 * 1024,
  heldSmallBytes: 16_000_000,
  timeoutMs: 10_000,
  pace: { bytes: 50_000, ms: 1_000 },
};

/**
 * A reader whose bodies share a bound, small ones one and larger ones another. Where there is no room,
 * the slowest body that is not whole yet makes some.
 */
export function createBodyReader(limits: Partial<Limits> = {}): BodyReader {
  const { heldBytes, smallBytes, heldSmallBytes, timeoutMs, pace } = {
    ...defaultLimits,
    ...limits,
  };
  const small = createRoom(heldSmallBytes);
  const large = createRoom(heldBytes);
  const roomOf = (length: number) => (length <= smallBytes ? small : large);

  /** Most bodies come in one piece with their head: then there is nothing to wait for. */
  const readAtOnce = (request: Readable, room: Room): Buffer | BodyFailure => {
    const chunk: unknown = request.read();
    request.resume();
    const body = Buffer.isBuffer(chunk) ? chunk : Buffer.alloc(0);
    return room.hold(body.length) ? body : "too-busy";
  };

  const readInPieces = (request: Readable, room: Room) =>
    new Promise<Buffer | BodyFailure>((resolve) => {
      const chunks: Buffer[] = [];
      const leave = () => {
        room.readings.delete(reading);
        clearTimeout(timer);
        clearInterval(watch);
        request.off("data", take).off("end", finish).off("close", abort);
      };
      const fail = (failure: BodyFailure) => {
        leave();
        room.release(reading.bytes);
        resolve(failure);
      };
      const reading = trackPace(() => fail("too-busy"));
      room.readings.add(reading);
      const take = (chunk: Buffer) => {
        if (!room.hold(chunk.length, reading)) return fail("too-busy");
        reading.bytes += chunk.length;
        chunks.push(chunk);
      };
      const finish = () => {
        leave();
        resolve(Buffer.concat(chunks, reading.bytes));
      };
      const abort = () => fail("aborted");
      const timer = setTimeout(() => fail("body-timeout"), timeoutMs);
      const watch = setInterval(() => {
        if (room === large && reading.recentBytes() < pace.bytes) fail("body-timeout");
        else reading.goOn();
      }, pace.ms);
      // An error is followed by "close"; without a listener it would end the process.
      request.on("error", () => {});
      request.on("data", take).on("end", finish).on("close", abort);
    });

  return {
    read: (request, length) => {
      const room = roomOf(length);
      return request.readableLength === length
        ? readAtOnce(request, room)
        : readInPieces(request, room);
    },
    release: (body) => roomOf(body.length).release(body.length),
  };
}

/** A body that is not whole yet, and how fast it comes. */
type Reading = {
  bytes: number;
  /** Since the pace was looked at last. */
  recentBytes: () => number;
  /** Bytes per ms of the time that was looked at last and of the one since then. */
  rate: () => number;
  /** Begins the next time that is looked at. */
  goOn: () => void;
  giveUp: () => void;
};

function trackPace(giveUp: () => void): Reading {
  let since = { bytes: 0, at: performance.now() };
  let before = since;
  const reading = {
    bytes: 0,
    giveUp,
    recentBytes: () => reading.bytes - since.bytes,
    // One that has just begun has had no time to be slow.
    rate: () => (reading.bytes - before.bytes) / (performance.now() - before.at + 1),
    goOn: () => {
      before = since;
      since = { bytes: reading.bytes, at: performance.now() };
    },
  };
  return reading;
}

type Room = {
  readings: Set<Reading>;
  /** Whether there is room for more bytes of `own`; others that are slower have to make it. */
  hold: (bytes: number, own?: Reading) => boolean;
  release: (bytes: number) => void;
};

function createRoom(mostBytes: number): Room {
  const readings = new Set<Reading>();
  let held = 0;

  /** What holds nothing makes no room. */
  const findSlowest = (): Reading | undefined => {
    let slowest: Reading | undefined;
    for (const one of readings) {
      if (one.bytes > 0 && (slowest === undefined || one.rate() < slowest.rate())) slowest = one;
    }
    return slowest;
  };

  return {
    readings,
    hold: (bytes, own) => {
      while (held + bytes > mostBytes) {
        const slowest = findSlowest();
        if (slowest === undefined || slowest === own) return false;
        slowest.giveUp();
      }
      held += bytes;
      return true;
    },
    release: (bytes) => {
      held -= bytes;
    },
  };
}
