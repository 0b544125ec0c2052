/**
 * Frames of one turn of the event loop as one message, or as several where the server takes no message
 * of that size, and back.
 *
 * @module
 */
import { decodeText, encodeText } from "@hub/bus";
import { setImmediate } from "node:timers";

/** Frames on their way. */
export interface FrameBatch {
  add(frame: string): void;
  /** Sends a message at once: what waits, or one without frames, which says only that this end is there. */
  probe(): void;
  /** What was added and not sent is dropped. */
  close(): void;
}

/** A message that was received. */
export interface ReceivedBatch {
  readonly from: string;
  readonly link: string;
  /** Counts the messages of a link from 0; `undefined` says that the link is no more. */
  readonly number: number | undefined;
  /** Whether the frames go on in the next message. */
  readonly isPart: boolean;
  /** The frames, or a piece of them. */
  readonly body: Uint8Array;
}

interface FrameBatchOptions {
  readonly from: string;
  readonly link: string;
  /** Largest message that the server takes, by now. */
  readonly maxBytes: () => number;
  readonly send: (message: Uint8Array) => void;
}

/** A message above it is sent at once. */
const FULL_CHARS = 256 * 1024;
/** Most that frames which come in pieces may be together. */
export const MAX_BATCH_BYTES = 8 * 1024 * 1024;
const HEAD_BYTES = 256;
const LINE_FEED = 10;

const encoder = new TextEncoder();

/**
 * Joins frames of one link. JSON has no raw line feeds, so that they part the frames, and the head
 * from them.
 */
export function createFrameBatch({ from, link, maxBytes, send }: FrameBatchOptions): FrameBatch {
  let waiting = "", number = 0, isScheduled = false, isClosed = false;

  function flush(): void {
    isScheduled = false;
    if (waiting === "" || isClosed) return;
    const frames = waiting;
    waiting = "";
    // No character takes more than three bytes.
    if (frames.length * 3 + HEAD_BYTES <= maxBytes()) {
      return send(encodeText(`${from} ${link} ${number++}${frames}`));
    }
    sendPieces(encoder.encode(frames).subarray(1), maxBytes() - HEAD_BYTES);
  }

  function sendEmpty(): void {
    if (!isClosed) send(encoder.encode(`${from} ${link} ${number++}`));
  }

  function sendPieces(frames: Uint8Array, size: number): void {
    for (let at = 0; at < frames.length; at += size) {
      const mark = at + size < frames.length ? "+" : "";
      const head = encoder.encode(`${from} ${link} ${number++}${mark}\n`);
      send(joined([head, frames.subarray(at, at + size)]));
    }
  }

  return {
    add(frame) {
      waiting += `\n${frame}`;
      if (waiting.length > FULL_CHARS) return flush();
      if (isScheduled) return;
      isScheduled = true;
      setImmediate(flush);
    },
    probe() {
      if (waiting === "") sendEmpty();
      else flush();
    },
    close() {
      isClosed = true;
    },
  };
}

/** The message that says that a link is no more. */
export function spellReset(from: string, link: string): Uint8Array {
  return encoder.encode(`${from} ${link} -`);
}

/** Who has written it, which may be a token of a subject; the link; the number; whether it is a part. */
const HEAD = /^([^\s.*>\p{Cc}]{1,128}) (\S{1,64}) (\d{1,15}|-)(\+?)$/u;

/** Reads a message; `undefined` when no node has written that. */
export function parseBatch(message: Uint8Array): ReceivedBatch | undefined {
  if (message.byteLength > MAX_BATCH_BYTES) return undefined;
  const end = message.indexOf(LINE_FEED);
  const head = textOf(end < 0 ? message : message.subarray(0, end)) ?? "";
  const match = HEAD.exec(head);
  if (match === null) return undefined;
  const [, from = "", link = "", number = "", mark] = match;
  const body = end < 0 ? new Uint8Array() : message.subarray(end + 1);
  return {
    ...{ from, link, body, isPart: mark === "+" },
    number: number === "-" ? undefined : Number(number),
  };
}

/** The frames in the bodies of messages; `undefined` when no node has written that. */
export function readFrames(bodies: readonly Uint8Array[]): string[] | undefined {
  const [only = new Uint8Array()] = bodies;
  return textOf(bodies.length > 1 ? joined(bodies) : only)?.split("\n");
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return decodeText(bytes);
  } catch {
    return undefined; // No node has written that.
  }
}
