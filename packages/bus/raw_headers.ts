/**
 * Headers of a received message, read where they lie.
 *
 * The client makes a table of all of them, and normalises each name, before it says the first: that
 * costs more than everything else that is done with a message of a log.
 *
 * @module
 */
import type { Msg } from "@nats-io/nats-core";
import { MsgImpl } from "@nats-io/nats-core/internal";

/** The headers of one message. */
export interface RawHeaders {
  /** Status that the server gives in place of a message; 0 for a message. */
  readonly code: number;
  /** What the server says of the status. */
  readonly description: string;
  /** Value of a header, of several the first; empty if there is none. */
  first(name: string): string;
  /** Value of a header, of several the last; empty if there is none. */
  last(name: string): string;
}

const LINE_END = "\r\n";
const STATUS = /^NATS\/1\.0 +(\d{3}) *(.*)/;
const decoder = new TextDecoder();

/**
 * The headers of a message, if it has any.
 *
 * @throws {TypeError} If the message is not one that the client has received.
 */
export function rawHeaders(message: Msg): RawHeaders | undefined {
  if (!(message instanceof MsgImpl)) {
    throw new TypeError("Cannot read the headers of what the client has not received");
  }
  const { _msg: { hdr }, _rdata: bytes } = message;
  return hdr > 0 ? new HeaderText(decoder.decode(bytes.subarray(0, hdr))) : undefined;
}

class HeaderText implements RawHeaders {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get code(): number {
    return Number(STATUS.exec(this.#text)?.[1] ?? 0);
  }

  get description(): string {
    return STATUS.exec(this.#text)?.[2]?.trim() ?? "";
  }

  first(name: string): string {
    return this.#valueAt(this.#text.indexOf(lineOf(name)), name);
  }

  last(name: string): string {
    return this.#valueAt(this.#text.lastIndexOf(lineOf(name)), name);
  }

  #valueAt(at: number, name: string): string {
    if (at === -1) return "";
    const begin = at + lineOf(name).length;
    return this.#text.slice(begin, this.#text.indexOf(LINE_END, begin)).trim();
  }
}

function lineOf(name: string): string {
  return `${LINE_END}${name}:`;
}
