/**
 * The hub over HTTP: five endpoints, whatever there is to be called.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import {
  continueTrace,
  createGatewayDispatch,
  failureOf,
  type GatewayDispatchOptions,
  identify,
  traceparent,
} from "../gateway/mod.ts";
import type { Admission, Caller, Search, TicketIssuer } from "../ports.ts";
import { type Answer, answerFailure, answerRefusal } from "./answer.ts";
import { batchEndpoint } from "./batch.ts";
import { callEndpoint } from "./call.ts";
import { checkEdge, type EdgePolicy, preflightHeaders } from "./edge_policy.ts";
import type { Endpoint, Exchange } from "./exchange.ts";
import { createLive } from "./live.ts";
import { openapiDocument } from "./openapi.ts";
import { Refusal } from "./refusal.ts";
import { notFound, respond } from "./respond.ts";
import { schemaEndpoint } from "./schema.ts";
import { searchEndpoint } from "./search.ts";
import { subscribeEndpoint } from "./subscribe.ts";
import { ticketEndpoint } from "./tickets.ts";

const log = getLogger(["hub", "http"]);

/** What the bridge needs. */
export interface HttpBridgeOptions
  extends Omit<GatewayDispatchOptions, "isDraining">, Partial<EdgePolicy> {
  readonly admission: Pick<Admission, "resolve">;
  readonly search: Search;
  readonly tickets: TicketIssuer;
  /** Largest body that is read. Default 1 MiB. */
  readonly maxBodyBytes?: number;
  /** Largest head of a request, in characters. Default 16 Ki. */
  readonly maxHeadChars?: number;
  /** How long a body may take to arrive. Default 10,000. */
  readonly bodyTimeoutMs?: number;
  /** How often a stream without values says that it is alive. Default 15,000. */
  readonly heartbeatMs?: number;
  /** How long the reader of a stream may take nothing of it. Default 30,000. */
  readonly stuckMs?: number;
  /** Whether `GET /subscribe` is served; it puts inputs into addresses. Default: it is not. */
  readonly getSubscribe?: boolean;
  /** How long requests may take once the bridge is being closed. Default 10,000. */
  readonly drainMs?: number;
}

/** Answers requests; disposing drains them. */
export interface HttpBridge extends AsyncDisposable {
  /** Answers a request that came from an address. */
  handle(request: Request, source: string): Promise<Response>;
  /** Requests and streams that are not over. */
  readonly size: number;
}

/** The paths that the bridge answers. */
export const HTTP_PATHS = [
  "/search",
  "/schema",
  "/call",
  "/batch",
  "/subscribe",
  "/openapi.json",
  "/v1/ws-tickets",
] as const;

type Route = Readonly<Record<string, Endpoint>>;

/** Creates a bridge. */
export function createHttpBridge(options: HttpBridgeOptions): HttpBridge {
  const { admission, drainMs = 10_000, maxHeadChars = 16 * 1024 } = options;
  const { allowedHosts = [], allowedOrigins = [] } = options;
  const live = createLive();
  const routes = routesOf(options, () => live.isDraining);

  async function handle(request: Request, source: string): Promise<Response> {
    const endpoints = routes.get(pathOf(request.url));
    if (endpoints === undefined) return notFound();
    const isPreflight = request.method === "OPTIONS" &&
      request.headers.has("access-control-request-method");
    const endpoint = Object.hasOwn(endpoints, request.method)
      ? endpoints[request.method]
      : undefined;
    if (endpoint === undefined && !isPreflight) return notFound();
    const accepts = request.headers.get("accept-encoding");
    let extra: Readonly<Record<string, string>> = {};
    try {
      extra = checkEdge(request, { allowedHosts, allowedOrigins });
      if (endpoint === undefined) {
        const headers = preflightHeaders(Object.keys(endpoints));
        return respond({ status: 204, body: null, headers }, { accepts, extra });
      }
      if (live.isDraining) throw shuttingDown();
      checkHead(request.headers, maxHeadChars);
      return await answer(endpoint, { request, source, accepts, extra });
    } catch (thrown) {
      return respond(refusalOf(thrown), { accepts, extra });
    }
  }

  async function answer(
    endpoint: Endpoint,
    { request, source, accepts, extra }: {
      readonly request: Request;
      readonly source: string;
      readonly accepts: string | null;
      readonly extra: Readonly<Record<string, string>>;
    },
  ): Promise<Response> {
    const { headers } = request;
    const trace = continueTrace(headers.get("traceparent"), headers.get("tracestate"));
    const requestId = crypto.randomUUID();
    const about = {
      ...extra,
      ...{ "x-request-id": requestId, traceparent: traceparent(trace) },
      ...(trace.state === undefined ? {} : { tracestate: trace.state }),
    };
    const running = live.begin(request);
    let isStream = false;
    try {
      const caller = await callerOf(headers, source);
      const exchange: Exchange = {
        ...{ request, source, caller, requestId, trace },
        ...{ signal: running.signal, end: running.end },
      };
      const given = await endpoint(exchange);
      isStream = typeof given.body === "object" && given.body !== null;
      if (isStream) running.streams();
      return respond(given, { accepts, extra: about });
    } catch (thrown) {
      return respond(refusalOf(thrown), { accepts, extra: about });
    } finally {
      if (!isStream) running.end();
    }
  }

  async function callerOf(headers: Headers, source: string): Promise<Caller | null> {
    return await identify(headers.get("authorization"), { admission, source });
  }

  return {
    handle,
    get size() {
      return live.size;
    },
    async [Symbol.asyncDispose]() {
      if (!await live.drain(drainMs)) log.warn("requests outlast the drain", { drainMs });
    },
  };
}

function routesOf(
  options: HttpBridgeOptions,
  isDraining: () => boolean,
): ReadonlyMap<string, Route> {
  const { catalog, search, tickets } = options;
  const { maxBodyBytes = 1024 * 1024, bodyTimeoutMs = 10_000 } = options;
  const { heartbeatMs = 15_000, stuckMs = 30_000 } = options;
  const dispatch = createGatewayDispatch({ ...options, isDraining });
  const body = { maxBytes: maxBodyBytes, timeoutMs: bodyTimeoutMs };
  const schema = schemaEndpoint({ dispatch, body });
  const find = searchEndpoint({ dispatch, body, search });
  const subscribe = subscribeEndpoint({ dispatch, catalog, body, heartbeatMs, stuckMs });
  const document = openapiDocument();
  const openapi: Endpoint = () => ({
    status: 200,
    body: document,
    headers: { "cache-control": "public, max-age=300" },
  });
  return new Map<string, Route>(Object.entries(
    {
      "/search": { GET: find, POST: find },
      "/schema": { GET: schema, POST: schema },
      "/call": { POST: callEndpoint({ dispatch, body }) },
      "/batch": { POST: batchEndpoint({ dispatch, body }) },
      "/subscribe": {
        POST: subscribe,
        ...(options.getSubscribe === true ? { GET: subscribe } : {}),
      },
      "/openapi.json": { GET: openapi },
      "/v1/ws-tickets": { POST: ticketEndpoint({ dispatch, tickets }) },
    } satisfies Record<typeof HTTP_PATHS[number], Route>,
  ));
}

/** Between the host and the question mark; reading the whole address would take longer than all this. */
function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("//") + 2), end = url.indexOf("?", start);
  return end === -1 ? url.slice(start) : url.slice(start, end);
}

function checkHead(headers: Headers, maxChars: number): void {
  let chars = 0;
  headers.forEach((value, name) => {
    chars += name.length + value.length + ": \r\n".length;
  });
  if (chars > maxChars) throw new Refusal(431, { message: "the headers are too large" });
}

function shuttingDown(): Refusal {
  return new Refusal(503, {
    ...{ code: "INTERNAL", message: "this node is shutting down", retryable: true },
    headers: { "retry-after": "1" },
  });
}

/** What is answered where no operation was reached. */
function refusalOf(thrown: unknown): Answer {
  if (thrown instanceof Refusal) return answerRefusal(thrown);
  const failure = failureOf(thrown, { isAuthenticated: false });
  if (failure.error.code === "INTERNAL") log.error("request failed", { error: thrown });
  return answerFailure(failure);
}
