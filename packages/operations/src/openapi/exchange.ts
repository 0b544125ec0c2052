/**
 * Sending requests, and reading answers within bounds.
 *
 * @module
 */
import { CallError, InfrastructureErrorCode } from "../error.ts";
import type { BuiltRequest } from "./request.ts";
import type { HTTPServiceConfig } from "./types.ts";

const DEFAULT_MAX_BYTES = 10 * 1024 * 1024;
const ERROR_BODY_BYTES = 16 * 1024;
const MAX_REDIRECTS = 3;

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

function redirectOf(response: Response, url: string): string | undefined {
  const location = response.headers.get("location");
  if (response.status < 300 || response.status > 399 || location === null) return undefined;
  return new URL(location, url).toString();
}

async function followRedirects(
  { url, headers }: BuiltRequest,
  first: Response,
  options: SendOptions,
): Promise<Response> {
  let response = first;
  let current = url;
  for (let count = 0; count < MAX_REDIRECTS; count++) {
    const next = redirectOf(response, current);
    // Elsewhere the credential would be somebody else's to see; and a body is not sent twice.
    const mayFollow = next !== undefined && options.method === "GET" &&
      new URL(next).origin === new URL(url).origin;
    if (!mayFollow) return response;
    await response.body?.cancel();
    current = next;
    const { method, signal = null } = options;
    response = await options.fetch(next, { method, headers, signal, redirect: "manual" });
  }
  return response;
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
    const response = await options.fetch(url, { ...init, redirect: "manual" });
    return await followRedirects(request, response, options);
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
