/**
 * The hub over HTTP: five endpoints, whatever there is to be called.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import {
  answerThrown,
  boundsOf,
  bridgeOf,
  checkEdge,
  checkHead,
  createGatewayDispatch,
  createLive,
  type GatewayBounds,
  type GatewayBridge,
  type GatewayBridgeOptions,
  identify,
  isStream,
  notFound,
  pathOf,
  preflight,
  respond,
  shuttingDown,
  traceOf,
  traceparent,
} from "../gateway/mod.ts";
import type { Search, TicketIssuer } from "../ports.ts";
import { batchEndpoint } from "./batch.ts";
import { callEndpoint } from "./call.ts";
import type { Endpoint, Exchange } from "./exchange.ts";
import { openapiDocument } from "./openapi.ts";
import { schemaEndpoint } from "./schema.ts";
import { searchEndpoint } from "./search.ts";
import { subscribeEndpoint } from "./subscribe.ts";
import { ticketEndpoint } from "./tickets.ts";

const log = getLogger(["hub", "http"]);

/** What the bridge needs. */
export interface HttpBridgeOptions extends GatewayBridgeOptions {
  readonly search: Search;
  readonly tickets: TicketIssuer;
  /** How often a stream without values says that it is alive. Default 15,000. */
  readonly heartbeatMs?: number;
  /** Whether `GET /subscribe` is served; it puts inputs into addresses. Default: it is not. */
  readonly getSubscribe?: boolean;
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

/** Headers that pages may send, beside those of all gateways. */
const SENT = ["idempotency-key", "last-event-id"];

type Route = Readonly<Record<string, Endpoint>>;

/** Creates a bridge. */
export function createHttpBridge(options: HttpBridgeOptions): GatewayBridge {
  const { admission } = options;
  const bounds = boundsOf(options), { edge, maxHeadChars } = bounds;
  const live = createLive(admission);
  const routes = routesOf(options, { bounds, isDraining: () => live.isDraining });

  async function handle(request: Request, source: string): Promise<Response> {
    const endpoints = routes.get(pathOf(request.url));
    if (endpoints === undefined) return notFound();
    const isPreflight = request.method === "OPTIONS" &&
      request.headers.has("access-control-request-method");
    const endpoint = Object.hasOwn(endpoints, request.method)
      ? endpoints[request.method]
      : undefined;
    if (endpoint === undefined && !isPreflight) return notFound();
    const asked = request.headers;
    let extra: Readonly<Record<string, string>> = {};
    try {
      extra = checkEdge(request, edge);
      if (endpoint === undefined) {
        const allowed = preflight({ methods: Object.keys(endpoints), sent: SENT });
        return respond(allowed, { asked, extra });
      }
      if (live.isDraining) throw shuttingDown();
      checkHead(request.headers, maxHeadChars);
      return await answer(endpoint, { request, source, extra });
    } catch (thrown) {
      return respond(answerThrown(thrown, log), { asked, extra });
    }
  }

  async function answer(
    endpoint: Endpoint,
    { request, source, extra }: {
      readonly request: Request;
      readonly source: string;
      readonly extra: Readonly<Record<string, string>>;
    },
  ): Promise<Response> {
    const { headers } = request;
    const trace = traceOf(headers);
    const requestId = crypto.randomUUID(), { state } = trace;
    const told = { ...extra, "x-request-id": requestId, traceparent: traceparent(trace) };
    const about = state === undefined ? told : { ...told, tracestate: state };
    const running = live.begin(request), { cancellation: signal } = running;
    let goesOn = false;
    try {
      const found = identify(headers.get("authorization"), { admission, source });
      // Those who were here lately are known at once: no turn of the event loop for them.
      const caller = found instanceof Promise ? await found : found;
      const end = () => running.end();
      const exchange: Exchange = { request, source, caller, requestId, trace, signal, end };
      const given = await endpoint(exchange);
      goesOn = isStream(given);
      if (goesOn) running.streams(caller);
      return respond(given, { asked: headers, extra: about });
    } catch (thrown) {
      return respond(answerThrown(thrown, log), { asked: headers, extra: about });
    } finally {
      if (!goesOn) running.end();
    }
  }

  return bridgeOf(handle, { live, bounds, log });
}

function routesOf(
  options: HttpBridgeOptions,
  { bounds: { body, stuckMs }, isDraining }: {
    readonly bounds: GatewayBounds;
    readonly isDraining: () => boolean;
  },
): ReadonlyMap<string, Route> {
  const { catalog, search, tickets } = options;
  const { heartbeatMs = 15_000 } = options;
  const dispatch = createGatewayDispatch({ ...options, isDraining });
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
