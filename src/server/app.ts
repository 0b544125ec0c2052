/**
 * The routes of the hub's listener.
 *
 * @module
 */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Metrics } from "../metrics/mod.ts";
import { getLogger } from "../logger/mod.ts";
import type { ReadinessWatch } from "./readiness.ts";

const log = getLogger("server");
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const PROXY_HEADERS = ["forwarded", "via", "x-forwarded-for", "x-real-ip"];
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

/**
 * Builds the routes. Whatever is not a route is a plain 404 that says nothing about the hub.
 *
 * @throws {RangeError} for a path that is answered already: nothing is hidden by something else.
 */
export function createApp(
  { readiness, metrics, maxBodyBytes, mounts = [], mayReadMetrics }: AppPorts,
): Hono<{ Bindings: Connection }> {
  const app = new Hono<{ Bindings: Connection }>();
  const took = metrics.histogram(
    "hub_http_request_duration_seconds",
    "Time from a request's arrival to its response, by route and status.",
    { buckets: SECONDS },
  );
  const known = [...ROUTES, ...mounts.flatMap(({ paths }) => paths)];
  checkDistinct(known);
  app.use(async (c, next) => {
    const startedAt = performance.now();
    await next();
    const labels = { route: routeOf(c.req.path, known), status: String(c.res.status) };
    took.series(labels).observe((performance.now() - startedAt) / 1000);
  });
  // They have bounds of their own.
  for (const { paths, handle } of mounts) {
    for (const path of paths) {
      app.all(path, (c) => handle(c.req.raw, addressOf(c.env.remoteAddr)));
    }
  }
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
  app.onError((error, c) => {
    log.error("request failed", { path: c.req.path, error });
    return c.json({ code: "INTERNAL", message: "Internal error", retryable: false }, 500);
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
