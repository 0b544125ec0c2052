/**
 * Sending requests, and reading answers within bounds.
 *
 * @module
 */
import { CallError, InfrastructureErrorCode } from "../error.ts";
import { followWithinOrigin } from "./redirects.ts";
import type { BuiltRequest } from "./request.ts";
import type { HTTPServiceConfig } from "./types.ts";

const DEFAULT_MAX_BYTES = 10 * 1024 * 1024;
const ERROR_BODY_BYTES = 16 * 1024;

/** What a request is sent with. */
export interface SendOptions {
  readonly method: string;
  readonly fetch: typeof globalThis.fetch;
  readonly signal: AbortSignal | undefined;
}

/** The most that is read of an answer. */
export function maxBytes({ maxResponseBytes }: HTTPServiceConfig): number {
  return maxResponseBytes ?? DEFAULT_MAX_BYTES;
}

/** Sends a request. One that holds a credential of a source follows no redirect out of its service. */
export async function send(
  request: BuiltRequest,
  config: HTTPServiceConfig,
  options: SendOptions,
): Promise<Response> {
  const { method, signal } = options;
  const { url, headers, body } = request;
  // The very members, some of them undefined, that whoever replaces `fetch` looks at.
  const init = { method, headers, body, signal } as RequestInit;
  try {
    if (config.credentials === undefined) return await options.fetch(url, init);
    return await followWithinOrigin(new URL(url), {
      method,
      send: (url) => options.fetch(url.href, { ...init, redirect: "manual" }),
    });
  } catch (error) {
    if (error instanceof Error && error.name === "TimeoutError") {
      throw new CallError(
        InfrastructureErrorCode.TIMEOUT,
        `${method} to ${config.namespace} timed out`,
        undefined,
        { cause: error },
      );
    }
    throw error;
  }
}

async function readBounded(body: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    length += step.value.byteLength;
    if (length > limit) {
      await reader.cancel();
      throw new CallError(
        InfrastructureErrorCode.EXECUTION_ERROR,
        `Cannot read response: it is larger than ${limit} bytes`,
      );
    }
    chunks.push(step.value);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/** The answer's data, by its content type. */
export async function readData(
  response: Response,
  contentType: string,
  limit: number,
): Promise<unknown> {
  const kind = /application\/(?:json|[a-z0-9.-]+\+json)/i.test(contentType)
    ? "json"
    : contentType.includes("text/")
    ? "text"
    : "bytes";
  // Without a body stream there is nothing to bound: whoever stands in for `fetch` has it all already.
  if (typeof response.body?.getReader !== "function") {
    if (kind === "json") return await response.json();
    return kind === "text" ? await response.text() : await response.arrayBuffer();
  }
  const bytes = await readBounded(response.body, limit);
  if (kind === "bytes") return bytes.buffer;
  const text = new TextDecoder().decode(bytes);
  return kind === "text" ? text : JSON.parse(text);
}

async function errorBody(response: Response): Promise<unknown> {
  const contentType = response.headers.get("content-type") ?? "";
  if (!/json|text\//.test(contentType)) return undefined;
  try {
    return await readData(response, contentType, ERROR_BODY_BYTES);
  } catch {
    return undefined; // the status says enough
  }
}

/**
 * Passes for an answer that succeeded.
 *
 * @throws {CallError} for any other; how it is named, the configuration says.
 */
export async function checkStatus(response: Response, config: HTTPServiceConfig): Promise<void> {
  if (response.ok) return;
  const message = `HTTP ${response.status}: ${response.statusText}`;
  if (config.errorCodes !== "http") {
    // Only a body that is a stream holds a connection.
    if (typeof response.body?.cancel === "function") await response.body.cancel();
    throw new CallError(InfrastructureErrorCode.EXECUTION_ERROR, message, {
      statusCode: response.status,
    });
  }
  const retryable = response.status === 429 || response.status === 503;
  const details = await errorBody(response);
  throw new CallError(`HTTP_${response.status}`, message, details, { retryable });
}

/** All headers, by their lower-case names. */
export function headersOf(response: Response): Record<string, string> {
  const headers: Record<string, string> = {};
  response.headers.forEach((value, name) => headers[name] = value);
  return headers;
}
