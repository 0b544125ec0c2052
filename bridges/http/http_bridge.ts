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
  createGatewayDispatch,
  createLive,
  type GatewayBounds,
  type GatewayBridge,
  type GatewayBridgeOptions,
  Head,
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

  /** Waits for nothing itself: each wait is a turn that a request takes longer. */
  function handle(request: Request, source: string): Promise<Response> {
    const endpoints = routes.get(pathOf(request.url)), { method } = request;
    if (endpoints === undefined) return Promise.resolve(notFound());
    const head = new Head(request.headers);
    const isPreflight = method === "OPTIONS" && head.has("access-control-request-method");
    const endpoint = Object.hasOwn(endpoints, method) ? endpoints[method] : undefined;
    if (endpoint === undefined && !isPreflight) return Promise.resolve(notFound());
    let extra: Readonly<Record<string, string>> = {};
    try {
      extra = checkEdge({ url: request.url, headers: head }, edge);
      if (endpoint === undefined) {
        const allowed = preflight({ methods: Object.keys(endpoints), sent: SENT });
        return Promise.resolve(respond(allowed, { asked: head, extra }));
      }
      if (live.isDraining) throw shuttingDown();
      head.check(maxHeadChars);
    } catch (thrown) {
      return Promise.resolve(respond(answerThrown(thrown, log), { asked: head, extra }));
    }
    return answer(endpoint, { request, head, source, extra });
  }

  async function answer(
    endpoint: Endpoint,
    { request, head, source, extra }: {
      readonly request: Request;
      readonly head: Head;
      readonly source: string;
      readonly extra: Readonly<Record<string, string>>;
    },
  ): Promise<Response> {
    const trace = traceOf(head), requestId = crypto.randomUUID();
    const about = { asked: head, extra: headersOf(extra, { requestId, trace }) };
    const running = live.begin(request), { cancellation: signal } = running;
    let goesOn = false;
    try {
      const found = identify(head.get("authorization"), { admission, source });
      // Those who were here lately are known at once: no turn of the event loop for them.
      const caller = found instanceof Promise ? await found : found;
      const end = () => running.end();
      const given = await endpoint({
        request,
        head,
        source,
        caller,
        requestId,
        trace,
        signal,
        end,
      });
      goesOn = isStream(given);
      if (goesOn) running.streams(caller);
      return respond(given, about);
    } catch (thrown) {
      return respond(answerThrown(thrown, log), about);
    } finally {
      if (!goesOn) running.end();
    }
  }

  return bridgeOf(handle, { live, bounds, log });
}

/** What every answer tells of its request. */
function headersOf(
  extra: Readonly<Record<string, string>>,
  { requestId, trace }: Pick<Exchange, "requestId" | "trace">,
): Readonly<Record<string, string>> {
  const { state } = trace;
  const told = { "x-request-id": requestId, traceparent: traceparent(trace), ...extra };
  return state === undefined ? told : { ...told, tracestate: state };
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
