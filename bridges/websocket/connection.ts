/**
 * One WebSocket and the call session on it, from its opening to its end.
 *
 * @module
 */
import {
  CallError,
  type CallSession,
  type Clock,
  createCallSession,
  type Dispatcher,
  ImportError,
  type RateLimiter,
  type WireLimits,
} from "@alkdev/operations";
import { getLogger } from "@logtape/logtape";
import type { Admission, Caller, Peers } from "../ports.ts";
import { CLOSE } from "./close_codes.ts";
import { createSocketTransport } from "./socket_transport.ts";

const log = getLogger(["hub", "websocket"]);

/** What a connection needs of the bridge. */
export interface ConnectionPorts {
  readonly dispatcher: Dispatcher;
  readonly admission: Pick<Admission, "resolve">;
  readonly peers: Peers;
  readonly rateLimiter: RateLimiter;
  readonly limits?: Partial<WireLimits>;
  /** Keeps the time of calls to nodes. */
  readonly clock: Clock;
}

/** One connection. */
export interface Connection {
  readonly caller: Caller;
  /** The same identity, which may stay for another time. */
  renew(caller: Caller): void;
  /** Requests that run, of either side. */
  readonly inFlight: number;
  /** Takes no new requests; those that run go on. */
  drain(): void;
  close(code: number, reason: string): void;
  /** Resolves when the socket is closed and nothing of the connection is left. */
  readonly ended: Promise<void>;
}

/** Speaks the call protocol with `caller` over a socket that is about to open. */
export function createConnection(
  ports: ConnectionPorts,
  { socket, caller: first }: { readonly socket: WebSocket; readonly caller: Caller },
): Connection {
  let caller = first;
  const transport = createSocketTransport(socket);
  const ended = Promise.withResolvers<void>();
  const attached = Promise.withResolvers<void>();
  const isNode = caller.role === "node";
  let detach: ((code: number) => void) | undefined;
  let isOver = false;
  let endedWith: number = CLOSE.NORMAL;
  let expiry: ReturnType<typeof setTimeout> | undefined;

  const session: CallSession = createCallSession({
    send: (frame) => transport.send(frame),
    close,
    dispatcher: ports.dispatcher,
    clock: ports.clock,
    identity: caller.identity,
    resolveToken: async (token) => {
      return (await ports.admission.resolve(token, caller.credential))?.identity ?? null;
    },
    // A user's stale token must not run with the rights of a node.
    badToken: isNode ? "refuse" : "fall-back",
    rateLimiter: ports.rateLimiter,
    ...(isNode ? { admitted: attached.promise, acknowledges: true } : {}),
    ...(ports.limits === undefined ? {} : { limits: ports.limits }),
  });

  function close(code: number, reason: string): void {
    end(code);
    // Closing a socket that has not opened is for its `open` event.
    if (socket.readyState === WebSocket.OPEN) socket.close(code, reason);
  }

  /** In the protocol's order: not routed to any more, then everything pending fails. */
  function end(code: number): void {
    if (isOver) return;
    isOver = true;
    endedWith = code;
    detach?.(code);
    session.end();
    transport.close();
    clearTimeout(expiry);
    attached.resolve();
  }

  async function attach(): Promise<void> {
    const { identity: { id: peerId }, credential } = caller;
    const connection = crypto.randomUUID();
    const leave = await ports.peers.attach({ peerId, connection, credential, session, close });
    if (isOver) return leave(endedWith);
    detach = leave;
    attached.resolve();
  }

  function refuse(error: unknown): void {
    if (isOver) return;
    const reason = error instanceof Error ? error.message : String(error);
    log.warn("spoke not attached", { peer: caller.identity.id, reason });
    close(isPassing(error) ? CLOSE.TRY_LATER : CLOSE.NOT_ADMITTED, clip(reason));
  }

  /** Timers cannot wait for more than 24 days; by then it is looked at again. */
  function expire(): void {
    const left = (caller.notAfterMs ?? Infinity) - Date.now();
    if (left === Infinity) return;
    if (left <= 0) return close(CLOSE.REVOKED, "the credential has expired");
    expiry = setTimeout(expire, Math.min(left, LONGEST_MS));
  }

  socket.binaryType = "arraybuffer";
  socket.onopen = () => {
    if (isOver) return socket.close(CLOSE.DRAINING, "the hub is shutting down");
    expire();
    if (isNode) void attach().catch(refuse);
  };
  socket.onmessage = ({ data }) => {
    transport.heard(data);
    if (typeof data === "string") session.receive(data);
    else if (data instanceof ArrayBuffer) session.receive(new Uint8Array(data));
  };
  // A socket that fails closes, too; that is where the connection ends.
  socket.onerror = (event) => {
    if (event instanceof ErrorEvent) log.debug("socket failed", { reason: event.message });
  };
  socket.onclose = ({ code }) => {
    end(code);
    ended.resolve();
  };
  return {
    get caller() {
      return caller;
    },
    renew(now) {
      if (isOver) return;
      caller = now;
      clearTimeout(expiry);
      if (socket.readyState === WebSocket.OPEN) expire();
    },
    get inFlight() {
      return session.inboundCount + session.outboundCount;
    },
    drain: () => session.drain(),
    close,
    ended: ended.promise,
  };
}

const LONGEST_MS = 24 * 60 * 60 * 1_000;

/** Whether it is no fault of what the node offers: it may come again soon. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof ImportError)) return true;
  return error.cause instanceof CallError && error.cause.retryable;
}

/** A close reason may take 123 bytes. */
function clip(reason: string): string {
  return reason.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, 120);
}
