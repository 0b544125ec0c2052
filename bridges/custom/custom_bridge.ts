/**
 * Serves a deployment's own routes behind the same edge as the gateway: the same hosts and origins, the
 * same way from a token to a caller, and the same dispatch.
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
  type GatewayBridge,
  type GatewayBridgeOptions,
  Head,
  identify,
  notFound,
  preflight,
  respond,
  shuttingDown,
  type TraceContext,
  traceOf,
  traceparent,
} from "../gateway/mod.ts";
import { boundedRequest } from "./bounded_request.ts";
import type { CustomRoute } from "./custom_route.ts";
import { createRouteContext } from "./route_context.ts";
import { trackedBody, type TrackedBodyOptions } from "./tracked_body.ts";

const log = getLogger(["hub", "custom"]);

/** What the bridge needs. */
export interface CustomBridgeOptions extends GatewayBridgeOptions {
  readonly routes: readonly CustomRoute[];
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const PATH = /^\/[\x21-\x7e]+$/;
/** Kept for the hub, whether or not it answers there now. */
const RESERVED = /^\/(?:v1\/workers|alknet)\//;

/**
 * Creates a bridge; its routes are fixed from then on.
 *
 * @throws {RangeError} for a path that is none.
 */
export function createCustomBridge(options: CustomBridgeOptions): GatewayBridge {
  const { admission, routes } = options;
  const bounds = boundsOf(options), { edge, body, maxHeadChars } = bounds;
  const live = createLive(admission);
  const dispatch = createGatewayDispatch({ ...options, isDraining: () => live.isDraining });
  for (const { path } of routes) {
    // A star or a colon would be a pattern, and hide what is reserved.
    if (!PATH.test(path) || /[*:?#{}]/.test(path) || RESERVED.test(path)) {
      throw new RangeError(
        `Cannot serve ${JSON.stringify(path)}: expected a whole path of its own`,
      );
    }
  }
  const byPath = new Map(routes.map((route) => [route.path, route]));

  async function handle(request: Request, source: string): Promise<Response> {
    const route = byPath.get(new URL(request.url).pathname);
    if (route === undefined) return notFound();
    let extra: Readonly<Record<string, string>> = {};
    try {
      extra = checkEdge(request, edge);
      const { headers } = request;
      if (request.method === "OPTIONS" && headers.has("access-control-request-method")) {
        const allowed = preflight({ methods: METHODS, sent: ["idempotency-key"] });
        return respond(allowed, { extra });
      }
      if (live.isDraining) throw shuttingDown();
      new Head(headers).check(maxHeadChars);
      const requestId = crypto.randomUUID();
      const trace = traceOf(headers);
      extra = { ...extra, ...headersOf(requestId, trace) };
      return await run(route, { request, source, requestId, trace, extra });
    } catch (thrown) {
      return respond(answerThrown(thrown, log), { extra });
    }
  }

  async function run(
    route: CustomRoute,
    { request, source, requestId, trace, extra }: {
      readonly request: Request;
      readonly source: string;
      readonly requestId: string;
      readonly trace: TraceContext;
      readonly extra: Readonly<Record<string, string>>;
    },
  ): Promise<Response> {
    const running = live.begin(request);
    let goesOn = false;
    try {
      const caller = route.auth === "none"
        ? null
        : await identify(request.headers.get("authorization"), { admission, source });
      const { signal } = running;
      const context = createRouteContext(dispatch, { caller, source, requestId, trace, signal });
      const response = await route.handle(boundedRequest(request, body), context);
      const answer = told(response, {
        ...{ extra, cancellation: running.cancellation },
        onEnd: () => running.end(),
        onLeft() {
          running.abort();
          running.end();
        },
      });
      goesOn = answer.body !== null;
      if (goesOn) running.streams(caller);
      return answer;
    } finally {
      if (!goesOn) running.end();
    }
  }

  return bridgeOf(handle, { live, bounds, log });
}

function headersOf(requestId: string, trace: TraceContext): Readonly<Record<string, string>> {
  return {
    ...{ "x-request-id": requestId, traceparent: traceparent(trace) },
    ...(trace.state === undefined ? {} : { tracestate: trace.state }),
  };
}

/** What a route answers, with the headers that all answers have. */
function told(
  { body, status, headers }: Response,
  { extra, ...tracking }: TrackedBodyOptions & {
    readonly extra: Readonly<Record<string, string>>;
  },
): Response {
  const all = new Headers(headers);
  for (const [name, value] of Object.entries(extra)) {
    // What else an answer differs by, its route knows.
    if (name === "vary") all.append(name, value);
    else all.set(name, value);
  }
  return new Response(body === null ? null : trackedBody(body, tracking), {
    status,
    headers: all,
  });
}
