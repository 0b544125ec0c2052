/**
 * What callers connect to, put together.
 *
 * @module
 */
import type { Dispatcher } from "@alkdev/operations";
import type { Bus } from "@hub/bus";
import type { Peers } from "../bridges/ports.ts";
import { createRegistrationBridge, REGISTRATION_PATH } from "../bridges/registration/mod.ts";
import { createWebSocketBridge } from "../bridges/websocket/mod.ts";
import { createAdmission } from "./auth/admission.ts";
import { createEnrolments } from "./auth/enrolments.ts";
import { openTickets } from "./auth/tickets.ts";
import type { HubConfig } from "./config/mod.ts";
import type { Metrics } from "./metrics/mod.ts";
import type { StartedIdentity } from "./start_identity.ts";

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
  readonly dispatcher: Dispatcher;
  readonly peers: Peers;
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
  { bus, metrics, dispatcher, peers, identity }: StartBridgesOptions,
): Promise<AsyncDisposable & { readonly mounts: readonly Mount[] }> {
  await using stack = new AsyncDisposableStack();
  const { identities, limiter, stores: { credentials } } = identity;
  const mounts: Mount[] = [];
  const admission = createAdmission({ identities, credentials, tickets: await openTickets(bus) });
  const websocket = stack.use(createWebSocketBridge({
    ...{ dispatcher, admission, peers, rateLimiter: limiter },
    allowedOrigins: http.allowedOrigins,
    limits: { frameBytes: http.maxFrameBytes },
    drainMs: shutdown.deadlineMs * 0.5,
  }));
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
