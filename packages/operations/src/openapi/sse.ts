/**
 * Server-sent events, by the rules of the WHATWG.
 *
 * @module
 */

/** One event of a stream. */
export interface SSEEvent {
  data: string;
  eventType: string;
  lastEventId: string;
}

const BYTE_ORDER_MARK = "\ufeff";
const LINE_END = /\r\n|\n|\r/g;

/** The fields of the frame that is being read. */
class Frame {
  #data: string[] = [];
  #eventType = "";
  #lastEventId = "";

  /** Takes one line. An empty one ends the frame, and gives its event if it has data. */
  line(line: string): SSEEvent | undefined {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    const field = colon === -1 ? line : line.slice(0, colon);
    const text = colon === -1 ? "" : line.slice(colon + 1);
    this.#field(field, text.startsWith(" ") ? text.slice(1) : text);
    return undefined;
  }

  #field(field: string, value: string): void {
    // A comment is a field without a name; `retry` is for whoever reconnects, and nobody here does.
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#eventType = value;
    else if (field === "id" && !value.includes("\0")) this.#lastEventId = value;
  }

  #dispatch(): SSEEvent | undefined {
    const lines = this.#data;
    const eventType = this.#eventType || "message";
    this.#data = [];
    this.#eventType = "";
    return lines.length === 0
      ? undefined
      : { data: lines.join("\n"), eventType, lastEventId: this.#lastEventId };
  }
}

/** Reads a stream piece by piece; however it is cut, the events are the same. */
export class SSEParser {
  readonly #maxLength: number;
  readonly #frame = new Frame();
  /** Pieces of the line that is not over yet. */
  #partial: string[] = [];
  /** Length of the frame that is not over yet. */
  #length = 0;
  #atStart = true;
  #afterReturn = false;

  /** Makes a parser for frames of at most `maxLength` characters. */
  constructor(maxLength: number = 10 * 1024 * 1024) {
    this.#maxLength = maxLength;
  }

  /**
   * Takes the next piece.
   *
   * @returns the events that it completes.
   * @throws {RangeError} if a frame is too long.
   */
  push(text: string): SSEEvent[] {
    const chunk = this.#skip(text);
    const events: SSEEvent[] = [];
    let start = 0;
    for (const { 0: end, index } of chunk.matchAll(LINE_END)) {
      this.#count(index - start);
      const event = this.#frame.line(this.#takeLine(chunk.slice(start, index)));
      if (event !== undefined) events.push(event);
      start = index + end.length;
    }
    if (start < chunk.length) {
      this.#count(chunk.length - start);
      this.#partial.push(chunk.slice(start));
    }
    this.#afterReturn = chunk === "" ? this.#afterReturn : chunk.endsWith("\r");
    return events;
  }

  /** Without the mark at the start of the stream, and without the second half of a cut line end. */
  #skip(text: string): string {
    let chunk = text;
    if (this.#atStart && chunk !== "") {
      this.#atStart = false;
      if (chunk.startsWith(BYTE_ORDER_MARK)) chunk = chunk.slice(1);
    }
    if (this.#afterReturn && chunk !== "") {
      this.#afterReturn = false;
      if (chunk.startsWith("\n")) chunk = chunk.slice(1);
    }
    return chunk;
  }

  #takeLine(rest: string): string {
    const line = this.#partial.length === 0 ? rest : this.#partial.join("") + rest;
    this.#partial = [];
    if (line === "") this.#length = 0;
    return line;
  }

  #count(length: number): void {
    this.#length += length;
    if (this.#length > this.#maxLength) {
      throw new RangeError(`Cannot read event: it is longer than ${this.#maxLength} characters`);
    }
  }
}

/**
 * Reads the events of `buffer`. What is not over yet comes back as `remaining`, to be put in front of
 * the next piece.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { parseSSEFrames } from "@alkdev/operations/from-openapi";
 *
 * const { events, remaining } = parseSSEFrames("data: hello\n\ndata: incom");
 * deepStrictEqual(events, [{ data: "hello", eventType: "message", lastEventId: "" }]);
 * deepStrictEqual(remaining, "data: incom");
 * ```
 */
export function parseSSEFrames(buffer: string): { events: SSEEvent[]; remaining: string } {
  const text = buffer.startsWith(BYTE_ORDER_MARK) ? buffer.slice(1) : buffer;
  const frame = new Frame();
  const events: SSEEvent[] = [];
  let lineStart = 0;
  let frameStart = 0;
  for (const { 0: end, index } of text.matchAll(LINE_END)) {
    const line = text.slice(lineStart, index);
    lineStart = index + end.length;
    const event = frame.line(line);
    if (event !== undefined) events.push(event);
    if (line === "") frameStart = lineStart;
  }
  return { events, remaining: text.slice(frameStart) };
}
