/**
 * What callers connect to, put together.
 *
 * @module
 */
import type { Bus } from "@hub/bus";
import { createHttpBridge, HTTP_PATHS } from "../bridges/http/mod.ts";
import { createMcpBridge } from "../bridges/mcp/mod.ts";
import { createRegistrationBridge, REGISTRATION_PATH } from "../bridges/registration/mod.ts";
import { createWebSocketBridge } from "../bridges/websocket/mod.ts";
import { createAdmission } from "./auth/admission.ts";
import { createEnrolments } from "./auth/enrolments.ts";
import { openTickets } from "./auth/tickets.ts";
import type { HubConfig } from "./config/mod.ts";
import type { Metrics } from "./metrics/mod.ts";
import { createCatalog, openSearch, ownOperations } from "./search/mod.ts";
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
  readonly metrics: Metrics;
  readonly operations: Pick<
    StartedOperations,
    "dispatcher" | "registry" | "routing" | "exports"
  >;
  readonly identity: Pick<
    StartedIdentity,
    "identities" | "limiter" | "stores" | "hasher" | "attempts"
  >;
}

/** Where the call protocol is spoken; the second is the name by which other implementations know it. */
const WEBSOCKET_PATHS = ["/ws", "/alknet/call"];

/** Starts the bridges; disposing drains them. */
export async function startBridges(
  { auth, http, shutdown }: HubConfig,
  { bus, metrics, operations, identity }: StartBridgesOptions,
): Promise<AsyncDisposable & { readonly mounts: readonly Mount[] }> {
  await using stack = new AsyncDisposableStack();
  const { identities, limiter, stores: { credentials } } = identity;
  const mounts: Mount[] = [];
  const { dispatcher, registry, exports, routing: { view, index, peers } } = operations;
  const tickets = await openTickets(bus);
  const admission = createAdmission({ identities, credentials, tickets });
  const common = {
    ...{ dispatcher, admission, rateLimiter: limiter },
    allowedOrigins: http.allowedOrigins,
    drainMs: shutdown.deadlineMs * 0.5,
  };
  const search = stack.use(openSearch({ own: ownOperations(registry), spokes: index, exports }));
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
  const mcp = stack.use(createMcpBridge({
    ...gateway,
    serverInfo: { name: "@alkdev/hub", version: VERSION },
  }));
  mounts.push({ paths: HTTP_PATHS, handle: web.handle }, { paths: ["/mcp"], handle: mcp.handle });
  metrics.gauge("hub_websockets", "WebSocket connections that are open.", {
    read: () => websocket.size,
  });
  mounts.push({ paths: WEBSOCKET_PATHS, handle: websocket.handle });
  if (auth.registration) {
    const { stores: { registrations, audit }, hasher, attempts } = identity;
    const enrolments = createEnrolments({ registrations, audit, hasher, attempts });
    const { handle } = createRegistrationBridge({ enrolments });
    mounts.push({ paths: [REGISTRATION_PATH], handle });
  }
  const parts = stack.move();
  return {
    mounts,
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}
