/** Nodes with routing and a WebSocket listener, and spokes and clients of them; for tests. */
import {
  type CallSession,
  createCallSession,
  createDispatcher,
  createRateLimiter,
  type Dispatcher,
  openSteadyClock,
  OperationRegistry,
  OperationType,
  registryView,
} from "@alkdev/operations";
import { type Bus, joinMembership } from "@hub/bus";
import { Type } from "@sinclair/typebox";
import { createWebSocketBridge } from "../../bridges/websocket/mod.ts";
import type { Caller } from "../../bridges/ports.ts";
import { testBus } from "../../tests/harness/bus.ts";
import { registerServiceOperations } from "../operations/services/register.ts";
import { createExportRules, DEFAULT_EXPORT_RULES, type ExportRule } from "./export_rules.ts";
import { openRouting, type Routing } from "./open_routing.ts";

/** One node. */
export interface RoutingNode extends AsyncDisposable {
  readonly node: string;
  readonly bus: Bus;
  readonly realm: string;
  readonly routing: Routing;
  readonly dispatcher: Dispatcher;
  readonly url: string;
  /** Takes NATS away, as a process that dies does. */
  crash(): Promise<void>;
}

/** Who holds a token `NAME`, `NAME|SCOPE,SCOPE`, or `node:NAME`. */
function callerOf(token: string): Caller | null {
  const isNode = token.startsWith("node:");
  const [id = "", scopes = ""] = (isNode ? token.slice(5) : token).split("|");
  return {
    identity: { id, scopes: scopes === "" ? [] : scopes.split(",") },
    role: isNode ? "node" : "client",
    credential: token,
    notAfterMs: null,
  };
}

let nodes = 0;

/** Starts a node, in a realm and at a port of its own unless they are given. */
export async function startRoutingNode(
  options: {
    readonly realm?: string;
    readonly exports?: readonly ExportRule[];
    readonly port?: number;
    readonly idleTimeoutS?: number;
    /** Until others give it up. Short where a node dies, else longer than a busy machine stands still. */
    readonly ttlMs?: number;
    /** Of a server that has none of the streams yet. Default: the shared one. */
    readonly natsUrl?: string;
  } = {},
): Promise<RoutingNode> {
  const { realm: given, exports = DEFAULT_EXPORT_RULES, port = 0, idleTimeoutS, natsUrl } = options;
  const { ttlMs = 15_000 } = options;
  await using stack = new AsyncDisposableStack();
  const { bus } = stack.use(
    await testBus({
      reconnectWaitMs: 20,
      ...(given === undefined ? {} : { realm: given }),
      ...(natsUrl === undefined ? {} : { servers: natsUrl }),
    }),
  );
  const node = `n${Deno.pid}-${++nodes}`;
  const membership = stack.use(
    await joinMembership(bus, { node, ttlMs, heartbeatMs: 500 }),
  );
  const registry = new OperationRegistry();
  const routing: Routing = stack.use(
    await openRouting({ bus, membership, exports, base: registryView(registry) }),
  );
  registerServiceOperations(registry, {
    registry,
    view: () => routing.view,
    spokes: () => routing.index.entries(),
    exports: createExportRules(exports),
  });
  const clock = stack.adopt(openSteadyClock(), (clock) => clock.close());
  const dispatcher = createDispatcher({ view: routing.view, clock });
  const bridge = stack.use(createWebSocketBridge({
    ...{ dispatcher, peers: routing.peers, drainMs: 200 },
    ...(idleTimeoutS === undefined ? {} : { idleTimeoutS }),
    rateLimiter: createRateLimiter({ perSecond: 1e6, burst: 1e6 }),
    admission: {
      resolve: callerOf,
      redeemTicket: () => Promise.resolve(null),
      renew: (caller) => Promise.resolve({ caller }),
      onChange: () => () => {},
    },
  }));
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, onListen: () => {} },
    (request, { remoteAddr }) => bridge.handle(request, remoteAddr.hostname),
  );
  const parts = stack.move();
  return {
    ...{ node, bus, realm: bus.realm, routing, dispatcher },
    url: `ws://127.0.0.1:${server.addr.port}/ws`,
    crash: () => bus.connection.close(),
    async [Symbol.asyncDispose]() {
      await parts[Symbol.asyncDispose]();
      await server.shutdown();
    },
  };
}

/** A program that is connected to a node. */
export interface Program extends AsyncDisposable {
  readonly session: CallSession;
  readonly closed: Promise<CloseEvent>;
  /** Calls of this program that run. */
  readonly running: () => number;
  /** Ids of calls that wait, or have waited. */
  readonly asked: readonly string[];
  /** Ids of those that were aborted. */
  readonly aborted: string[];
}

/**
 * Connects a spoke that offers `test/echo`, `test/wait`, `test/count`, `test/fail`, `test/secret`,
 * `test/fill`, which never ends, `test/made`, which tells how much of that was made, and `test/back`,
 * which asks the hub over the same socket; `test/hidden` is its own affair.
 */
export async function connectSpoke(
  { url }: Pick<RoutingNode, "url">,
  name: string,
  token = `node:${name}`,
): Promise<Program> {
  const registry = new OperationRegistry();
  const aborted: string[] = [], asked: string[] = [];
  let running = 0;
  const common = {
    namespace: "test",
    version: "1.0.0",
    description: "For tests",
    accessControl: { requiredScopes: [] },
    outputSchema: Type.Unknown(),
  };
  const external = { visibility: "external", public: true } as const;
  registry.register({
    ...{ ...common, name: "echo", type: OperationType.QUERY },
    inputSchema: Type.Object({ text: Type.String() }),
    handler: (input: { text: string }, { forwardedFor }) => ({
      ...{ ...input, by: name, for: forwardedFor?.id ?? null },
    }),
  }, external);
  registry.register({
    ...{ ...common, name: "wait", type: OperationType.MUTATION },
    inputSchema: Type.Unknown(),
    handler: (_input, { signal, requestId = "" }) => {
      running++;
      asked.push(requestId);
      return new Promise((_, reject) => {
        signal?.addEventListener("abort", () => {
          running--;
          aborted.push(requestId);
          reject(signal.reason);
        });
      });
    },
  }, external);
  registry.register({
    ...{ ...common, name: "count", type: OperationType.SUBSCRIPTION },
    inputSchema: Type.Object({ to: Type.Integer() }),
    handler: async function* ({ to }: { to: number }, { requestId = "" }) {
      running++;
      try {
        for (let i = 0; i < to; i++) yield i;
      } finally {
        running--;
        aborted.push(requestId);
      }
    },
  }, external);
  registry.register({
    ...{ ...common, name: "fail", type: OperationType.QUERY },
    inputSchema: Type.Unknown(),
    handler: () => {
      throw new Error("a secret");
    },
  }, external);
  registry.register({
    ...{ ...common, name: "secret", type: OperationType.QUERY },
    accessControl: { requiredScopes: ["top"] },
    inputSchema: Type.Unknown(),
    handler: () => "open",
  }, { visibility: "external" });
  let made = 0;
  registry.register({
    ...{ ...common, name: "fill", type: OperationType.SUBSCRIPTION },
    inputSchema: Type.Object({ chars: Type.Integer() }),
    handler: async function* ({ chars }: { chars: number }) {
      for (;; made++) yield "x".repeat(chars);
    },
  }, external);
  registry.register({
    ...{ ...common, name: "made", type: OperationType.QUERY },
    inputSchema: Type.Unknown(),
    handler: () => made,
  }, external);
  registry.register({
    ...{ ...common, name: "back", type: OperationType.QUERY },
    inputSchema: Type.Unknown(),
    handler: () => program.session.call("/services/list", {}),
  }, external);
  registry.register({
    ...{ ...common, name: "hidden", type: OperationType.QUERY },
    inputSchema: Type.Unknown(),
    handler: () => "seen",
  });
  registerServiceOperations(registry, {
    registry,
    view: () => registryView(registry),
    spokes: () => [],
    exports: () => undefined,
  });
  const dispatcher = createDispatcher({ view: registryView(registry) });
  const program: Program = await connect(url, {
    token,
    dispatcher,
    // Who the hub is to this spoke.
    identity: { id: "hub", scopes: ["top"] },
  });
  return { ...program, asked, aborted, running: () => running };
}

/** What a program shows, and offers. */
export interface ConnectOptions {
  readonly token: string;
  readonly dispatcher?: Dispatcher;
  readonly identity?: { id: string; scopes: string[] };
}

/** Connects a client that holds scopes. */
export function connectClient(
  { url }: Pick<RoutingNode, "url">,
  scopes = "spokes:call,top",
): Promise<Program> {
  return connect(url, { token: `ann|${scopes}` });
}

/** Connects a program to the WebSocket at `url`. */
export async function connect(url: string, options: ConnectOptions): Promise<Program> {
  const { token, dispatcher, identity } = options;
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
  socket.binaryType = "arraybuffer";
  const session = createCallSession({
    send: (frame) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(frame);
    },
    close: () => socket.close(),
    limits: { inboundRequests: 10_000, inboundSubscriptions: 1_000 },
    ...(dispatcher === undefined ? {} : { dispatcher }),
    ...(identity === undefined ? {} : { identity }),
  });
  socket.onmessage = ({ data }) =>
    session.receive(typeof data === "string" ? data : new Uint8Array(data));
  const closed = new Promise<CloseEvent>((resolve) => {
    socket.onclose = (event) => {
      session.end();
      resolve(event);
    };
  });
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error("Cannot connect"));
  });
  return {
    ...{ session, closed, asked: [], aborted: [], running: () => 0 },
    async [Symbol.asyncDispose]() {
      socket.close();
      await closed;
    },
  };
}
