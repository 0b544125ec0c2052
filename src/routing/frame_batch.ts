/**
 * Frames of one turn of the event loop as one message, and back.
 *
 * @module
 */
import { setImmediate } from "node:timers";

/** Frames on their way. */
export interface FrameBatch {
  add(frame: string): void;
  /** What was added and not sent is dropped. */
  close(): void;
}

/** A message that was received. */
export interface ReceivedBatch {
  readonly from: string;
  readonly link: string;
  /** Counts the messages of a link from 0; `undefined` says that the link is no more. */
  readonly number: number | undefined;
  readonly frames: string[];
}

interface FrameBatchOptions {
  readonly from: string;
  readonly link: string;
  readonly send: (message: Uint8Array) => void;
}

/** A message above it is sent at once. */
const FULL_CHARS = 256 * 1024;
const MAX_BYTES = 8 * 1024 * 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Joins frames of one link. JSON has no raw line feeds, so that they part the frames, and the head
 * from them.
 */
export function createFrameBatch({ from, link, send }: FrameBatchOptions): FrameBatch {
  let waiting = "", number = 0, isScheduled = false, isClosed = false;

  function flush(): void {
    isScheduled = false;
    if (waiting === "" || isClosed) return;
    const message = encoder.encode(`${from} ${link} ${number++}${waiting}`);
    waiting = "";
    send(message);
  }

  return {
    add(frame) {
      waiting += `\n${frame}`;
      if (waiting.length > FULL_CHARS) return flush();
      if (isScheduled) return;
      isScheduled = true;
      setImmediate(flush);
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

/** Reads a message; `undefined` when no node has written that. */
export function parseBatch(message: Uint8Array): ReceivedBatch | undefined {
  if (message.byteLength > MAX_BYTES) return undefined;
  const [head = "", ...frames] = textOf(message).split("\n");
  const match = /^(\S{1,128}) (\S{1,64}) (\d{1,15}|-)$/.exec(head);
  if (match === null) return undefined;
  const [, from = "", link = "", number = ""] = match;
  return { from, link, number: number === "-" ? undefined : Number(number), frames };
}

function textOf(message: Uint8Array): string {
  try {
    return decoder.decode(message);
  } catch {
    return ""; // No node has written that.
  }
}
