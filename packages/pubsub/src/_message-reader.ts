import { isControl, readEnvelope, textBytes } from "./_wire.ts";
import type { EventEnvelope } from "./types.ts";

/** How many messages may wait for one that takes time to read. */
const MAX_WAITING = 1024;

/** What becomes of the messages of one socket. */
export interface ReaderHandlers {
  /** An event came. */
  event(envelope: EventEnvelope): void;
  /** A control message came. */
  control(envelope: EventEnvelope): void;
  /** Something else came, which is dropped. */
  garbage(error: unknown): void;
  /** A message is larger than allowed, and is dropped. */
  tooLarge(error: RangeError): void;
}

type Message = string | ArrayBuffer | ArrayBufferView;

/** Makes the function that takes the messages of one socket, in whatever shape they come. */
export function createMessageReader(
  maxBytes: number,
  handlers: ReaderHandlers,
): (data: unknown) => void {
  /** Blobs are read in their own time; what comes after one waits for it. */
  let waiting = 0;
  let tail: Promise<void> = Promise.resolve();

  function read(data: unknown): void {
    try {
      if (!isMessage(data)) throw new TypeError(`Cannot read a ${typeof data} as a message`);
      const size = typeof data === "string" ? textBytes(data, maxBytes) : data.byteLength;
      if (size > maxBytes) return refuse();
      const envelope = readEnvelope(data);
      if (isControl(envelope.type)) handlers.control(envelope);
      else handlers.event(envelope);
    } catch (error) {
      handlers.garbage(error);
    }
  }

  function refuse(): void {
    handlers.tooLarge(new RangeError(`Cannot take a message of more than ${maxBytes} bytes`));
  }

  function wait(data: unknown): void {
    if (waiting >= MAX_WAITING) {
      return handlers.garbage(new RangeError(`Cannot keep more than ${MAX_WAITING} messages`));
    }
    waiting++;
    tail = tail
      .then(() => isBlob(data) ? data.arrayBuffer() : data)
      .then(read, handlers.garbage)
      .then(() => void waiting--);
  }

  return (data) => {
    if (isBlob(data) && data.size > maxBytes) return refuse();
    if (waiting > 0 || isBlob(data)) wait(data);
    else read(data);
  };
}

function isMessage(data: unknown): data is Message {
  return typeof data === "string" || data instanceof ArrayBuffer || ArrayBuffer.isView(data);
}

function isBlob(data: unknown): data is Blob {
  return typeof Blob === "function" && data instanceof Blob;
}
