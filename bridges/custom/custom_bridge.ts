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
  checkHead,
  createGatewayDispatch,
  createLive,
  type GatewayBridge,
  type GatewayBridgeOptions,
  type GatewayRequest,
  identify,
  notFound,
  preflight,
  respond,
  shuttingDown,
} from "../gateway/mod.ts";
import type { CustomRoute, RouteCallOptions, RouteContext } from "./custom_route.ts";
import { trackedBody } from "./tracked_body.ts";

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
  const { edge, maxHeadChars, drainMs } = boundsOf(options);
  const live = createLive();
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
        return respond(allowed, { accepts: null, extra });
      }
      if (live.isDraining) throw shuttingDown();
      checkHead(headers, maxHeadChars);
      return await run(route, { request, source, extra });
    } catch (thrown) {
      return respond(answerThrown(thrown, log), { accepts: null, extra });
    }
  }

  async function run(
    route: CustomRoute,
    { request, source, extra }: {
      readonly request: Request;
      readonly source: string;
      readonly extra: Readonly<Record<string, string>>;
    },
  ): Promise<Response> {
    const running = live.begin(request);
    let goesOn = false;
    try {
      const caller = route.auth === "none"
        ? null
        : await identify(request.headers.get("authorization"), { admission, source });
      const requestId = crypto.randomUUID(), { signal } = running;
      const asked = (
        operation: string,
        input: unknown,
        { timeoutMs, idempotencyKey }: RouteCallOptions = {},
      ): GatewayRequest => ({
        ...{ caller, source, operation, input, signal, timeoutMs, idempotencyKey },
        // A route may ask for several things.
        requestId: crypto.randomUUID(),
      });
      const context: RouteContext = {
        ...{ identity: caller?.identity ?? null, requestId, signal },
        invoke: (...call) => dispatch.invoke(asked(...call)),
        stream: (...call) => dispatch.stream(asked(...call)),
      };
      const response = await route.handle(request, context);
      goesOn = response.body !== null;
      const headers = new Headers(response.headers);
      for (const [name, value] of Object.entries({ ...extra, "x-request-id": requestId })) {
        headers.set(name, value);
      }
      const body = response.body === null ? null : trackedBody(response.body, running.end);
      return new Response(body, { status: response.status, headers });
    } finally {
      if (!goesOn) running.end();
    }
  }

  return bridgeOf(handle, { live, drainMs, log });
}
