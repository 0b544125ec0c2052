/**
 * What a tool gives, as JSON text.
 *
 * A result stands twice in an answer: as a value, and as text for clients that read only that. The text
 * is made once and put into both places.
 *
 * @module
 */
import type { WireError } from "@alkdev/operations";
import { isMembers } from "./message.ts";

/** What a tool gives. */
export interface ToolResult {
  readonly isError: boolean;
  /** JSON of an object. */
  readonly text: string;
}

const UNWRITABLE: WireError = {
  code: "INTERNAL",
  message: "the output is no JSON",
  retryable: false,
};

/** A value; what is no object is put into one, under `value`. */
export function succeeded(value: unknown): ToolResult {
  const text = jsonOf(isMembers(value) ? value : { value: value ?? null });
  // An object may say that it is written as something else.
  if (text === undefined || !text.startsWith("{")) return failed(UNWRITABLE);
  return { isError: false, text };
}

/** A failure of the operation, or of what it was given. */
export function failed(error: WireError): ToolResult {
  return { isError: true, text: JSON.stringify(bare(error)) };
}

/** One item of a batch. */
export function itemText(
  requestId: string,
  result: { readonly output: unknown } | { readonly error: WireError },
): string {
  const id = `"request_id":${JSON.stringify(requestId)}`;
  const output = "output" in result ? jsonOf(result.output ?? null) : undefined;
  if (output !== undefined) return `{"isError":false,${id},"output":${output}}`;
  const error = bare("error" in result ? result.error : UNWRITABLE);
  return `{"isError":true,${id},"error":${JSON.stringify(error)}}`;
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined; // a cycle, a big integer: told as a failure
  }
}

function bare({ code, message, retryable, details }: WireError): WireError {
  return { code, message, retryable, ...(details === undefined ? {} : { details }) };
}
