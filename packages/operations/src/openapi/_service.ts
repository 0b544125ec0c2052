/**
 * One operation of a service that a test stands in for.
 *
 * @module
 */
import {
  FromOpenAPI,
  type HTTPServiceConfig,
  type OpenAPIOperation,
  type OpenAPISpec,
} from "../from_openapi.ts";
import { OperationRegistry } from "../registry.ts";
import { subscribe } from "../subscribe.ts";
import type { OperationContext } from "../types.ts";

/** A request, as `fetch` got it. */
export interface Sent {
  readonly url: string;
  readonly init: RequestInit;
}

const base: HTTPServiceConfig = { namespace: "svc", baseUrl: "https://svc.example/api" };

/** One operation, and what it sends. */
export function service(
  operation: OpenAPIOperation & { path?: string; method?: string },
  config: Partial<HTTPServiceConfig> = {},
  { response = () => Response.json({ ok: true }), spec = {} }: {
    response?: () => Response | Promise<Response>;
    spec?: Partial<OpenAPISpec>;
  } = {},
) {
  const { path = "/x", method = "get", ...rest } = operation;
  const sent: Sent[] = [];
  const fetch: typeof globalThis.fetch = async (url, init) => {
    sent.push({ url: String(url), init: init ?? {} });
    return await response();
  };
  const registry = new OperationRegistry();
  const document: OpenAPISpec = {
    info: { title: "t", version: "1" },
    paths: { [path]: { [method]: { operationId: "op", ...rest } } },
    ...spec,
  };
  registry.registerAll(FromOpenAPI(document, { ...base, fetch, ...config }));
  return {
    sent,
    registry,
    call: (input: unknown = {}, context: OperationContext = {}) =>
      registry.execute("svc.op", input, context),
    stream: (input: unknown = {}, context: OperationContext = {}) =>
      subscribe(registry, "svc.op", input, context),
  };
}
