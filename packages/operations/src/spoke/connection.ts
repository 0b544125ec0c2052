/**
 * One connection to a hub, from its opening to its end.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { CallError, InfrastructureErrorCode } from "../error.ts";
import { createCallSession } from "../wire/session.ts";
import type { CallSession, CallSessionOptions } from "../wire/session_types.ts";
import type { Loss, LostConnection } from "./backoff.ts";
import { type Heartbeat, startHeartbeat } from "./heartbeat.ts";
import {
  closeSocket,
  createFrameSender,
  type Credential,
  newSocket,
  type SocketEnd,
  statusOf,
  type WebSocketConstructor,
} from "./socket.ts";
import { type Asked, askStatus, isUntold } from "./untold.ts";

/** What all connections of a program have in common. */
export interface ConnectionOptions {
  readonly WebSocket: WebSocketConstructor;
  readonly clock: Clock;
  /** How the protocol is spoken, and what is served. */
  readonly session: Pick<CallSessionOptions, "dispatcher" | "identity" | "limits">;
  /** Whether the hub asks this program what it offers before it answers anything. */
  readonly isNode: boolean;
  readonly idleMs: number;
}

/** Where one connection leads, and who is told of it. */
export interface ConnectionTarget {
  readonly url: string;
  readonly credential: Credential;
  /** The hub answers. */
  readonly onOnline: () => void;
}

/** Why a connection ended. */
export type ConnectionEnd = SocketEnd & LostConnection;

/** One connection. */
export interface Connection {
  readonly session: CallSession;
  /** Resolves once; nothing can be said from then on. */
  readonly ended: Promise<ConnectionEnd>;
  /** Says goodbye, and resolves when the socket is closed or does not care. */
  close(): Promise<void>;
}

/** How long a socket may take to open, and a hub to look at what is offered. */
const OPEN_MS = 20_000, ADMIT_MS = 60_000;
/** How long a socket that was told to close is waited for. */
const LAST_WORDS_MS = 1_000;
const CLOSING = 2;
const NORMAL = 1000, GOING = 4000;
/** Not 4401: what the key opens has changed, and the next try tells whether it opens anything. */
const REFUSALS: readonly unknown[] = [401, 403, 4403];
const REPLACED = 4409;
/** Every hub answers it, and the answer is small. */
const QUESTION = ["/services/schema", { name: "/services/list" }] as const;

/**
 * Connects.
 *
 * @throws {SyntaxError} (or what else the platform throws) if its sockets take no such credential.
 */
export function openConnection(options: ConnectionOptions, target: ConnectionTarget): Connection {
  const { clock } = options;
  const socket = newSocket(options.WebSocket, target.url, target.credential);
  const sender = createFrameSender(socket, clock);
  let heartbeat: Heartbeat | undefined;
  let onlineAt: number | undefined, failure: string | undefined;
  let isOver = false, asked: Asked | undefined;
  let finish: (end: ConnectionEnd) => void = () => {}, goodbye = () => {};
  const ended = new Promise<ConnectionEnd>((resolve) => finish = resolve);
  const closed = new Promise<void>((resolve) => goodbye = resolve);
  const session = createCallSession({
    ...options.session,
    clock,
    send: (frame) => sender.send(frame),
    close: (code, reason) => end({ code, reason }),
  });
  const giveUpOpening = clock.after(OPEN_MS, () => end({ reason: "the hub does not answer" }));

  function end({ code, reason }: SocketEnd): void {
    if (isOver) return;
    isOver = true;
    giveUpOpening();
    asked?.giveUp();
    heartbeat?.stop();
    session.end();
    sender.stop();
    // Not waited for: a socket whose other end is frozen takes its time.
    if (socket.readyState < CLOSING) closeSocket(socket, code ?? GOING, reason);
    const servedMs = onlineAt === undefined ? 0 : clock.now() - onlineAt;
    finish({ why: whyOf(code), ...(code === undefined ? {} : { code }), reason, servedMs });
  }

  function ask(timeoutMs: number): Promise<unknown> {
    return session.call(...QUESTION, { timeoutMs });
  }

  function isThere(): void {
    if (isOver) return;
    onlineAt = clock.now();
    target.onOnline();
  }

  socket.binaryType = "arraybuffer";
  socket.addEventListener("open", () => {
    if (isOver) return;
    giveUpOpening();
    heartbeat = startHeartbeat({
      clock,
      idleMs: options.idleMs,
      // Whatever is answered, something was heard.
      probe: () => void ask(options.idleMs).catch(() => {}),
      onDead: () => end({ reason: "the hub is silent" }),
    });
    if (!options.isNode) return isThere();
    // Requests wait at the hub until it knows what is offered here: an answer says that it does.
    ask(ADMIT_MS).then(isThere, (error) => {
      if (isTimeout(error)) end({ reason: "the hub does not take what is offered" });
      else isThere();
    });
  });
  socket.addEventListener("message", ({ data }) => {
    if (isOver) return;
    heartbeat?.heard();
    if (typeof data === "string") session.receive(data);
    else if (data instanceof ArrayBuffer) session.receive(new Uint8Array(data));
  });
  /** Nothing more is to be heard of a socket that failed with words that tell nothing. */
  async function endUntold(reason: string): Promise<void> {
    giveUpOpening();
    asked = askStatus({ ...target, clock });
    const code = await asked.status;
    end({ reason, ...(code === undefined ? {} : { code }) });
    goodbye();
  }

  // Any other socket that fails closes, too; that is where the connection ends.
  socket.addEventListener("error", ({ message }) => {
    failure ??= message;
    if (!isOver && asked === undefined && isUntold(message)) void endUntold(message ?? "");
  });
  socket.addEventListener("close", ({ code, reason }) => {
    if (asked !== undefined) return;
    const status = onlineAt === undefined ? statusOf(failure) : undefined;
    const told = status ?? (code || undefined);
    end({
      ...(told === undefined ? {} : { code: told }),
      reason: reason || failure || "connection closed",
    });
    goodbye();
  });
  return {
    session,
    ended,
    async close() {
      end({ code: NORMAL, reason: "" });
      const disarm = clock.after(LAST_WORDS_MS, goodbye);
      await closed;
      disarm();
    },
  };
}

function whyOf(code: number | undefined): Loss {
  if (code === REPLACED) return "replaced";
  return REFUSALS.includes(code) ? "refused" : "lost";
}

function isTimeout(error: unknown): boolean {
  return error instanceof CallError && error.code === InfrastructureErrorCode.TIMEOUT;
}
