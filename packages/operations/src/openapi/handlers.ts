/**
 * Handlers that ask an HTTP service.
 *
 * @module
 */
import { httpEnvelope } from "../response-envelope.ts";
import type { OperationContext, OperationHandler, SubscriptionHandler } from "../types.ts";
import type { CredentialFetcher } from "./credentials.ts";
import { checkStatus, headersOf, maxBytes, readData, send } from "./exchange.ts";
import type { Endpoint } from "./generate.ts";
import { buildRequest, type BuiltRequest, contentTypeOf } from "./request.ts";
import { SSEParser } from "./sse.ts";
import type { HTTPServiceConfig } from "./types.ts";

/** What the handlers of one operation share. */
export interface HandlerParts {
  readonly endpoint: Endpoint;
  readonly config: HTTPServiceConfig;
  readonly fetch: typeof globalThis.fetch;
  readonly credentials: CredentialFetcher;
}

async function prepare(
  { endpoint, config, credentials }: HandlerParts,
  input: unknown,
  context: OperationContext,
): Promise<BuiltRequest> {
  return buildRequest(endpoint, config, { input, credentials: await credentials(context) });
}

/** Says what the body is, where the configuration does not say it already. */
function setContentType(request: BuiltRequest): void {
  const contentType = contentTypeOf(request);
  const isSaid = Object.keys(request.headers).some((name) => name.toLowerCase() === "content-type");
  if (contentType !== undefined && !isSaid) request.headers["Content-Type"] = contentType;
}

/** Aborted when the call is, or after the time that the service is given. */
function signalOf(
  { timeout }: HTTPServiceConfig,
  { signal }: OperationContext,
): AbortSignal | undefined {
  const timer = timeout === undefined ? undefined : AbortSignal.timeout(timeout);
  if (signal === undefined || timer === undefined) return signal ?? timer;
  // Where signals cannot be joined, the call's own deadline bounds the request.
  return typeof AbortSignal.any === "function" ? AbortSignal.any([signal, timer]) : signal;
}

/** Makes the handler of a query or a mutation. */
export function onceHandler(parts: HandlerParts): OperationHandler {
  const { endpoint: { method }, config, fetch } = parts;
  return async (input, context) => {
    const request = await prepare(parts, input, context);
    setContentType(request);
    const response = await send(request, config, {
      method,
      fetch,
      signal: signalOf(config, context),
    });
    await checkStatus(response, config);
    const received = response.headers.get("content-type") ?? "";
    const data = await readData(response, received, maxBytes(config));
    return httpEnvelope(data, {
      statusCode: response.status,
      headers: headersOf(response),
      contentType: received,
    });
  };
}

/** Sends the request of a stream; the service's time bounds the wait for its headers alone. */
async function openStream(
  parts: HandlerParts,
  { input, context }: { readonly input: unknown; readonly context: OperationContext },
  controller: AbortController,
): Promise<Response> {
  const { endpoint: { method }, config, fetch } = parts;
  const request = await prepare(parts, input, context);
  request.headers.Accept = "text/event-stream";
  if (request.body !== undefined) setContentType(request);
  const { timeout } = config;
  const timer = timeout === undefined ? undefined : setTimeout(() => {
    controller.abort(new DOMException("The service did not answer in time", "TimeoutError"));
  }, timeout);
  try {
    const response = await send(request, config, { method, fetch, signal: controller.signal });
    await checkStatus(response, config);
    return response;
  } finally {
    clearTimeout(timer);
  }
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return data; // not every service sends JSON
  }
}

async function* events(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxLength: number,
): AsyncGenerator<string, void, unknown> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const parser = new SSEParser(maxLength);
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    for (const { data } of parser.push(decoder.decode(step.value, { stream: true }))) {
      if (data.trim() !== "") yield data;
    }
  }
}

async function* envelopes(
  response: Response,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxLength: number,
): AsyncGenerator<unknown, void, unknown> {
  const meta = {
    statusCode: response.status,
    headers: headersOf(response),
    contentType: "text/event-stream",
  };
  let finished = false;
  try {
    for await (const data of events(reader, maxLength)) yield httpEnvelope(parsed(data), meta);
    finished = true;
  } finally {
    // A reader that somebody stands in for may have neither; a real one would keep its connection.
    if (!finished && typeof reader.cancel === "function") await reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}

/** Makes the handler of a subscription. */
export function streamHandler(parts: HandlerParts): SubscriptionHandler {
  return async function* (input, context) {
    const { signal } = context;
    const controller = new AbortController();
    const abort = () => controller.abort(signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort);
    try {
      const response = await openStream(parts, { input, context }, controller);
      const reader = response.body?.getReader();
      if (reader !== undefined) yield* envelopes(response, reader, maxBytes(parts.config));
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  };
}
