/** A bridge that listens, and clients of it; for tests. */
import {
  type CallSession,
  createCallSession,
  createDispatcher,
  createRateLimiter,
  type Dispatcher,
  OperationRegistry,
  OperationType,
  registryView,
} from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import type { Admission, Caller, ConnectedPeer, Peers, Renewed } from "../ports.ts";
import {
  createWebSocketBridge,
  type WebSocketBridge,
  type WebSocketBridgeOptions,
} from "./websocket_bridge.ts";

/** A bridge that listens. */
export interface Listening extends AsyncDisposable {
  readonly bridge: WebSocketBridge;
  readonly url: string;
  /** Nodes that have been attached and not detached. */
  readonly attached: Map<string, ConnectedPeer>;
  /** Lets somebody be who they are by now. */
  change(id: string, renewed: (caller: Caller) => Renewed): void;
}

/** Callers by token: `ann` and `bob` are clients, `dev1` is a node. */
const CALLERS = new Map<string, Caller>(
  (["ann", "bob", "dev1"] as const).map((id) => [`token-of-${id}`, {
    identity: { id, scopes: ["use"] },
    role: id === "dev1" ? "node" : "client",
    credential: `first of ${id}`,
    notAfterMs: null,
  }]),
);

/** Operations that tests call: one answers, one waits for its abort, one makes values without end. */
export function testDispatcher(
  onAbort: () => void = () => {},
  onFilled: () => void = () => {},
): Dispatcher {
  const registry = new OperationRegistry();
  const common = {
    namespace: "test",
    version: "1.0.0",
    description: "For tests",
    accessControl: { requiredScopes: ["use"] },
    inputSchema: Type.Unknown(),
    outputSchema: Type.Unknown(),
  };
  registry.register({
    ...{ ...common, name: "whoami", type: OperationType.QUERY },
    handler: (_input, { identity }) => identity?.id,
  }, { visibility: "external" });
  registry.register({
    ...{ ...common, name: "wait", type: OperationType.QUERY },
    handler: (_input, { signal }) =>
      new Promise((_, reject) => {
        signal?.addEventListener("abort", () => {
          onAbort();
          reject(signal.reason);
        });
      }),
  }, { visibility: "external" });
  registry.register({
    ...{ ...common, name: "fill", type: OperationType.SUBSCRIPTION },
    handler: async function* () {
      for (let i = 0;; i++) {
        onFilled();
        yield `${i}`.padEnd(64 * 1024);
      }
    },
  }, { visibility: "external" });
  return createDispatcher({ view: registryView(registry) });
}

/** Listens on a free port of loopback. */
export function listening(options: Partial<WebSocketBridgeOptions> = {}): Listening {
  const listeners = new Set<(concerns: (caller: Caller) => boolean) => void>();
  const changes = new Map<string, (caller: Caller) => Renewed>();
  const tickets = new Map<string, Caller | undefined>([["once", CALLERS.get("token-of-ann")]]);
  const admission: Admission = {
    resolve: (token) => CALLERS.get(token) ?? null,
    redeemTicket(ticket) {
      const caller = tickets.get(ticket) ?? null;
      tickets.delete(ticket);
      return Promise.resolve(caller);
    },
    renew: (caller) => Promise.resolve(changes.get(caller.identity.id)?.(caller) ?? { caller }),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const attached = new Map<string, ConnectedPeer>();
  const peers: Peers = {
    attach(peer) {
      attached.set(peer.peerId, peer);
      return Promise.resolve(() => void attached.delete(peer.peerId));
    },
  };
  const bridge = createWebSocketBridge({
    ...{ admission, peers, dispatcher: testDispatcher(), rateLimiter: createRateLimiter() },
    drainMs: 1_000,
    ...options,
  });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request, { remoteAddr }) => bridge.handle(request, remoteAddr.hostname),
  );
  return {
    ...{ bridge, attached },
    url: `ws://127.0.0.1:${server.addr.port}/ws`,
    change(id, renewed) {
      changes.set(id, renewed);
      for (const listener of listeners) listener(({ identity }) => identity.id === id);
    },
    async [Symbol.asyncDispose]() {
      await bridge[Symbol.asyncDispose]();
      await server.shutdown();
    },
  };
}

/** A client's end of a connection. */
export interface Client extends AsyncDisposable {
  readonly socket: WebSocket;
  readonly session: CallSession;
  readonly closed: Promise<CloseEvent>;
}

/** How a client connects. */
export interface ClientOptions {
  readonly token?: string;
  readonly protocols?: string[];
  readonly headers?: Record<string, string>;
  readonly dispatcher?: Dispatcher;
  /** Default `text`. */
  readonly speaks?: "text" | "binary";
}

/** Connects, and speaks the protocol. */
export async function connect(url: string, options: ClientOptions = {}): Promise<Client> {
  const { token = "token-of-ann", protocols = [], dispatcher, speaks = "text" } = options;
  const headers = { authorization: `Bearer ${token}`, ...options.headers };
  const socket = new WebSocket(url, { headers, protocols });
  socket.binaryType = "arraybuffer";
  const encoder = new TextEncoder();
  const session = createCallSession({
    send: (frame) => {
      if (socket.readyState !== WebSocket.OPEN) return;
      socket.send(speaks === "text" ? frame : encoder.encode(frame));
    },
    close: (code, reason) => socket.close(code < 3000 ? 4000 : code, reason),
    ...(dispatcher === undefined ? {} : { dispatcher }),
  });
  socket.onmessage = ({ data }) =>
    session.receive(typeof data === "string" ? data : new Uint8Array(data));
  const closed = new Promise<CloseEvent>((resolve) => {
    socket.onclose = (event) => {
      session.end();
      resolve(event);
    };
  });
  const opened = new Promise<boolean>((resolve) => {
    socket.onopen = () => resolve(true);
    socket.onerror = () => resolve(false);
  });
  if (!await opened) throw new Error("Cannot connect");
  return {
    ...{ socket, session, closed },
    async [Symbol.asyncDispose]() {
      socket.close();
      await closed;
    },
  };
}
