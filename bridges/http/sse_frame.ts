/**
 * Server-sent events, as text.
 *
 * @module
 */
import type { WireError } from "@alkdev/operations";
import { positionOf } from "./position.ts";

/** Tells that the stream is over, and was not cut off. */
export const COMPLETED = "event: completed\ndata: {}\n\n";

/** A comment: keeps the connection open, and is no event. */
export const HEARTBEAT = ":\n\n";

/**
 * One value; with its position as id, where the stream can be taken up there.
 *
 * @throws {TypeError} for what is no JSON.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { valueFrame } from "./sse_frame.ts";
 *
 * strictEqual(valueFrame({ position: "3.0" }, true), 'id: 3.0\ndata: {"position":"3.0"}\n\n');
 * ```
 */
export function valueFrame(value: unknown, isResumable: boolean): string {
  const position = isResumable ? positionOf(value) : undefined;
  // JSON has no line breaks but those that are asked for.
  const data = `data: ${JSON.stringify(value ?? null)}\n\n`;
  return position === undefined ? data : `id: ${position}\n${data}`;
}

/** A failure, after which nothing comes. */
export function errorFrame(error: WireError): string {
  return `event: error\ndata: ${JSON.stringify(error)}\n\n`;
}
