/**
 * What callers connect to, put together.
 *
 * @module
 */
import type { Bus, Membership } from "@hub/bus";
import type { Host } from "../actors/runtime/mod.ts";
import { createCustomBridge, type CustomRoute } from "../bridges/custom/mod.ts";
import { createHttpBridge, HTTP_PATHS } from "../bridges/http/mod.ts";
import { createMcpBridge } from "../bridges/mcp/mod.ts";
import { createRegistrationBridge, REGISTRATION_PATHS } from "../bridges/registration/mod.ts";
import { createWebSocketBridge } from "../bridges/websocket/mod.ts";
import { createAdmission } from "./auth/admission.ts";
import { createEnrolments } from "./auth/enrolments.ts";
import { openTickets } from "./auth/tickets.ts";
import type { HubConfig } from "./config/mod.ts";
import { createCancellations } from "./mcp/cancellations.ts";
import { createTasks } from "./mcp/tasks.ts";
import type { Imports } from "./imports/open_imports.ts";
import type { Metrics } from "./metrics/mod.ts";
import { createCatalog, openSearch, ownOperations } from "./search/mod.ts";
import { createMetricsAccess } from "./server/metrics_access.ts";
import type { StartedIdentity } from "./start_identity.ts";
import type { StartedOperations } from "./start_operations.ts";
import { VERSION } from "./version.ts";

/** A bridge and where it answers. */
export interface Mount {
  readonly paths: readonly string[];
  /** Answers a request that came from an address. */
  handle(request: Request, source: string): Promise<Response>;
}

/** What bridges need. */
export interface StartBridgesOptions {
  readonly bus: Bus;
  readonly membership: Membership;
  readonly host: Host;
  /** A deployment's own, beside what the hub answers. */
  readonly routes?: readonly CustomRoute[] | undefined;
  readonly metrics: Metrics;
  readonly operations: Pick<
    StartedOperations,
    "dispatcher" | "registry" | "routing" | "view" | "exports"
  >;
  readonly imports: Pick<Imports, "beside" | "rulesBeside">;
  readonly identity: Pick<
    StartedIdentity,
    "identities" | "limiter" | "stores" | "hasher" | "attempts" | "sessions"
  >;
}

/** Bridges that answer. */
export interface StartedBridges extends AsyncDisposable {
  readonly mounts: readonly Mount[];
  readonly mayReadMetrics: ReturnType<typeof createMetricsAccess>;
}

/** Where the call protocol is spoken; the second is the name by which other implementations know it. */
const WEBSOCKET_PATHS = ["/ws", "/alknet/call"];

/** Starts the bridges; disposing drains them. */
export async function startBridges(
  config: HubConfig,
  options: StartBridgesOptions,
): Promise<StartedBridges> {
  const { auth, http, shutdown } = config;
  const { bus, metrics, operations, imports, identity, routes = [] } = options;
  await using stack = new AsyncDisposableStack();
  const { identities, limiter, stores: { credentials } } = identity;
  const mounts: Mount[] = [];
  const { dispatcher, registry, view, exports, routing: { index, peers } } = operations;
  const tickets = await openTickets(bus);
  const admission = createAdmission({ identities, credentials, tickets });
  const common = {
    ...{ dispatcher, admission, rateLimiter: limiter },
    allowedOrigins: http.allowedOrigins,
    drainMs: shutdown.deadlineMs * 0.5,
  };
  const search = stack.use(openSearch({
    own: ownOperations(registry),
    spokes: imports.beside(index),
    exports: imports.rulesBeside(exports),
  }));
  const websocket = stack.use(createWebSocketBridge({
    ...{ ...common, peers },
    limits: { frameBytes: http.maxFrameBytes },
  }));
  const gateway = {
    ...{ ...common, search, catalog: createCatalog(view) },
    ...{ allowedHosts: http.allowedHosts, maxBodyBytes: http.maxBodyBytes },
  };
  const web = stack.use(createHttpBridge({
    ...gateway,
    tickets: { issueTicket: ({ credential }, origin) => tickets.issue(credential, origin) },
  }));
  if (routes.length > 0) {
    const custom = stack.use(createCustomBridge({ ...gateway, routes }));
    mounts.push({ paths: routes.map(({ path }) => path), handle: custom.handle });
  }
  const mcp = stack.use(createMcpBridge({ ...gateway, ...mcpParts(config, options) }));
  mounts.push({ paths: HTTP_PATHS, handle: web.handle }, { paths: ["/mcp"], handle: mcp.handle });
  metrics.gauge("hub_websockets", "WebSocket connections that are open.", {
    read: () => websocket.size,
  });
  mounts.push({ paths: WEBSOCKET_PATHS, handle: websocket.handle });
  if (auth.registration) {
    const { stores: { registrations, audit }, hasher, attempts, sessions } = identity;
    const enrolments = createEnrolments({ registrations, audit, hasher, attempts, sessions });
    const { handle } = createRegistrationBridge({ enrolments });
    mounts.push({ paths: REGISTRATION_PATHS, handle });
  }
  const parts = stack.move();
  return {
    mounts,
    mayReadMetrics: createMetricsAccess(admission),
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

/** What MCP needs beside what the gateways have in common. */
function mcpParts({ mcp }: HubConfig, { bus, membership, host }: StartBridgesOptions) {
  return {
    cancellations: createCancellations({ bus, membership }),
    tasks: {
      book: createTasks({ host, bus, membership, ttlMs: mcp.taskTtlMs }),
      afterMs: mcp.taskAfterMs,
    },
    serverInfo: { name: "@alkdev/hub", version: VERSION },
  };
}
