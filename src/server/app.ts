/**
 * The routes of the hub's listener.
 *
 * @module
 */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { isSoundHost, pathOf } from "../../bridges/gateway/mod.ts";
import type { Histogram, Metrics } from "../metrics/mod.ts";
import { getLogger } from "../logger/mod.ts";
import type { ReadinessWatch } from "./readiness.ts";

const log = getLogger("server");
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const PROXY_HEADERS = ["forwarded", "via", "x-forwarded-for", "x-real-ip"];
const FAILED = { code: "INTERNAL", message: "Internal error", retryable: false };
const NO_HOST = { code: "INVALID_INPUT", message: "The Host is malformed", retryable: false };
const TOO_LARGE = { code: "INVALID_INPUT", message: "The body is too large", retryable: false };

/** What the routes ask of the world. */
export interface AppPorts {
  readonly readiness: ReadinessWatch;
  readonly metrics: Metrics;
  /** Largest request body that is read. */
  readonly maxBodyBytes: number;
  /** Whether who shows such an `Authorization` may read the metrics from afar. Default: nobody. */
  readonly mayReadMetrics?: (authorization: string | null, source: string) => Promise<boolean>;
  /** What else answers, and where. */
  readonly mounts?: readonly AppMount[];
}

/** Something that answers on paths of its own. */
export interface AppMount {
  readonly paths: readonly string[];
  /** Answers a request that came from an address. */
  handle(request: Request, source: string): Promise<Response>;
}

/** What the listener tells the routes about a connection. */
export interface Connection {
  readonly remoteAddr: Deno.Addr;
}

/** Answers requests. */
export interface App {
  /** Answers a request that came over a connection. */
  fetch(request: Request, connection: Connection): Promise<Response>;
}

/**
 * Builds the routes. Whatever is not a route is a plain 404 that says nothing about the hub.
 *
 * @throws {RangeError} for a path that is answered already: nothing is hidden by something else.
 */
export function createApp(ports: AppPorts): App {
  const { metrics, mounts = [] } = ports;
  const own = ownRoutes(ports), took = timesOf(metrics);
  const mounted = new Map(mounts.flatMap((mount) => mount.paths.map((path) => [path, mount])));
  const known = [...ROUTES, ...mounts.flatMap(({ paths }) => paths)];
  checkDistinct(known);

  return {
    async fetch(request, connection) {
      const startedAt = performance.now(), isSound = isSoundHost(request);
      // Of any other nobody can say what it asks for, and which pages may ask for that.
      const path = isSound ? pathOf(request.url) : "", mount = mounted.get(path);
      let response: Response;
      try {
        response = !isSound
          ? Response.json(NO_HOST, { status: 400 })
          : mount === undefined
          ? await own.fetch(request, connection)
          : await mount.handle(request, addressOf(connection.remoteAddr));
      } catch (error) {
        log.error("request failed", { path, error });
        response = Response.json(FAILED, { status: 500 });
      }
      took(routeOf(path, known), response.status).observe((performance.now() - startedAt) / 1000);
      return response;
    },
  };
}

/** The times that requests take, by route and status; series are looked up once. */
function timesOf(metrics: Metrics): (route: string, status: number) => Histogram {
  const took = metrics.histogram(
    "hub_http_request_duration_seconds",
    "Time from a request's arrival to its response, by route and status.",
    { buckets: SECONDS },
  );
  const known = new Map<string, Map<number, Histogram>>();
  return (route, status) => {
    const ofRoute = known.get(route) ?? new Map<number, Histogram>();
    const series = ofRoute.get(status) ?? took.series({ route, status: String(status) });
    known.set(route, ofRoute.set(status, series));
    return series;
  };
}

/** What the hub says of itself. */
function ownRoutes(
  { readiness, metrics, maxBodyBytes, mayReadMetrics }: AppPorts,
): Hono<{ Bindings: Connection }> {
  const app = new Hono<{ Bindings: Connection }>();
  app.use(bodyLimit({ maxSize: maxBodyBytes, onError: (c) => c.json(TOO_LARGE, 413) }));
  app.get("/healthz", (c) => c.text("ok"));
  app.get("/readyz", async (c) => {
    const state = await readiness.read();
    return c.json(state, state.status === "ready" ? 200 : 503, { "cache-control": "no-store" });
  });
  app.get("/metrics", async (c) => {
    // Counts tell an outsider too much; programs on this machine may read them. A proxy on this
    // machine speaks for somebody else.
    const isOwn = isLoopback(c.env.remoteAddr) && !PROXY_HEADERS.some((name) => c.req.header(name));
    const mayRead = isOwn ||
      await mayReadMetrics?.(c.req.header("authorization") ?? null, addressOf(c.env.remoteAddr));
    return mayRead === true ? exposition(metrics) : c.text("Not Found", 404);
  });
  app.notFound((c) => c.text("Not Found", 404));
  app.onError((error) => {
    throw error;
  });
  return app;
}

/** The response that Prometheus expects. */
export function exposition(metrics: Metrics): Response {
  return new Response(metrics.expose(), {
    headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
  });
}

const ROUTES: readonly string[] = ["/healthz", "/readyz", "/metrics"];

function checkDistinct(paths: readonly string[]): void {
  const twice = paths.find((path, at) => paths.indexOf(path) !== at);
  if (twice !== undefined) throw new RangeError(`Cannot answer on ${twice}: it is taken`);
}

/** Paths come from outside: as a label they would be without number. */
function routeOf(path: string, known: readonly string[]): string {
  return known.includes(path) ? path : "other";
}

function addressOf(address: Deno.Addr): string {
  return address.transport === "tcp" ? address.hostname : address.transport;
}

function isLoopback(address: Deno.Addr): boolean {
  if (address.transport !== "tcp") return false;
  return /^(127\.|::1$|::ffff:127\.)/.test(address.hostname);
}
