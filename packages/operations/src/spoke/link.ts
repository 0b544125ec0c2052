/**
 * The connection of a program to its hub, made anew for ever.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { CallError, InfrastructureErrorCode } from "../error.ts";
import type { CallSession } from "../wire/session_types.ts";
import type { Backoff } from "./backoff.ts";
import {
  type Connection,
  type ConnectionEnd,
  type ConnectionOptions,
  openConnection,
} from "./connection.ts";
import type { Credential } from "./socket.ts";
import type { ConnectionStatus } from "./status.ts";
import { askStatus, isUntold } from "./untold.ts";

const log = getLogger("operations:spoke");

/** What a link is made of. */
export interface LinkOptions extends ConnectionOptions {
  /** Tried in turn. */
  readonly urls: readonly string[];
  /** Asked for each connection anew. */
  readonly credential: () => Credential | Promise<Credential>;
  readonly backoff: Backoff;
  readonly onStatus: (status: ConnectionStatus) => void;
  /** Asked when the hub at `url` refused the credential: whether another one may be tried soon. */
  readonly onRefused?: (url: string) => Promise<boolean>;
  /** Whatever else has to end with the link; it is closed when that is. */
  readonly onClose?: () => Promise<void>;
}

/** How long somebody waits for the connection. */
export interface Patience {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How a link is closed. */
export interface CloseOptions {
  /** How long requests that run may go on. Default 10 s. */
  readonly drainMs?: number;
}

/** A connection that comes back. */
export interface Link {
  readonly status: ConnectionStatus;
  /**
   * The session of the present connection, or of the next one.
   *
   * @throws {CallError} `TIMEOUT`, retryable, if there is none in time; `ABORTED`; or that the link is
   * closed.
   */
  session(patience?: Patience): Promise<CallSession>;
  /** Takes no new requests, lets those that run end, and says goodbye. Connects no more. */
  close(options?: CloseOptions): Promise<void>;
}

interface Waiter {
  readonly resolve: (session: CallSession) => void;
  readonly reject: (error: CallError) => void;
}

const DRAIN_MS = 10_000;
const LOOK_MS = 10;
const UNAUTHORIZED = 401;
const { ABORTED, EXECUTION_ERROR, TIMEOUT } = InfrastructureErrorCode;

/** Connects, and again whenever the connection is lost. */
export function openLink(options: LinkOptions): Link {
  const { clock, urls, backoff } = options;
  const waiters = new Set<Waiter>();
  let status: ConnectionStatus = { state: "connecting", url: urls[0] ?? "" };
  let connection: Connection | undefined, online: CallSession | undefined;
  let closing: Promise<void> | undefined;
  /** Ends the present wait. */
  let stop = () => {};

  function tell(next: ConnectionStatus): void {
    status = next;
    log.info("connection is {state}", { ...next });
    try {
      options.onStatus(next);
    } catch (error) {
      log.error("listener for the status failed", { error });
    }
  }

  async function keepConnected(): Promise<void> {
    let last: ConnectionEnd | undefined;
    for (let attempt = 0; closing === undefined; attempt++) {
      const url = urls[attempt % urls.length] ?? "";
      tell({ state: "connecting", url });
      last = await connectOnce(url, last);
      const { servedMs, ...end } = last;
      if (closing !== undefined) return;
      const why = await isHopeless(url, end) ? end.why : "lost";
      if (closing !== undefined) return;
      const retryInMs = Math.round(backoff.delayAfter({ why, servedMs }));
      tell({ state: "offline", ...end, retryInMs });
      await pause(retryInMs);
    }
  }

  /** Whether it is no use to come again soon. */
  async function isHopeless(url: string, { why, code }: Omit<ConnectionEnd, "servedMs">) {
    const { onRefused } = options;
    if (why === "lost") return false;
    if (code !== UNAUTHORIZED || onRefused === undefined) return true;
    return !await unlessStopped<boolean>((resolve, reject) => {
      onRefused(url).then(resolve, reject);
    });
  }

  async function connectOnce(url: string, last?: ConnectionEnd): Promise<ConnectionEnd> {
    try {
      const credential = await unlessStopped<Credential>((resolve, reject) => {
        // Not resolved with the promise itself: nothing could take its place any more.
        Promise.resolve(options.credential()).then(resolve, reject);
      });
      if (credential === undefined || closing !== undefined) return lost("closed");
      if (last?.code === UNAUTHORIZED && isUntold(last.reason)) {
        // The socket would not tell, and hubs count how often they are shown what they refuse.
        if (await isStillRefused(url, credential)) return { ...last, servedMs: 0 };
        if (closing !== undefined) return lost("closed");
      }
      connection = openConnection(options, { url, credential, onOnline: () => isOnline(url) });
      return await connection.ended;
    } catch (error) {
      // What a platform or a source of keys throws may pass; it is told, and tried again.
      return lost(error instanceof Error ? error.message : String(error));
    } finally {
      online = undefined;
    }
  }

  async function isStillRefused(url: string, credential: Credential): Promise<boolean> {
    const { status, giveUp } = askStatus({ url, credential, clock });
    const told = await unlessStopped<number>((resolve, reject) =>
      void status.then(resolve, reject)
    );
    giveUp();
    return told === UNAUTHORIZED;
  }

  function isOnline(url: string): void {
    if (closing !== undefined || connection === undefined) return;
    const { session } = connection;
    online = session;
    tell({ state: "online", url });
    for (const { resolve } of waiters) resolve(session);
  }

  /** Waits; `undefined` once the link is closed. Not by a race with one promise: it would keep each. */
  async function unlessStopped<T>(
    begin: (resolve: (value?: T) => void, reject: (error: unknown) => void) => void,
  ): Promise<T | undefined> {
    try {
      return await new Promise<T | undefined>((resolve, reject) => {
        stop = () => resolve(undefined);
        begin(resolve, reject);
      });
    } finally {
      stop = () => {};
    }
  }

  async function pause(ms: number): Promise<void> {
    let disarm = () => {};
    await unlessStopped<void>((resolve) => disarm = clock.after(ms, resolve));
    disarm();
  }

  async function drained(session: CallSession, drainMs: number): Promise<void> {
    const until = clock.now() + drainMs;
    while (session === online && session.inboundCount > 0 && clock.now() < until) {
      await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
    }
    if (session.inboundCount > 0) log.warn("requests outlast the drain", { drainMs });
  }

  async function finish({ drainMs = DRAIN_MS }: CloseOptions): Promise<void> {
    // Handlers that run may go on to ask; nobody else waits for what will not come.
    for (const { reject } of waiters) reject(closedError());
    if (online !== undefined) {
      tell({ state: "draining" });
      online.drain();
      await drained(online, drainMs);
    }
    stop();
    await connection?.close();
    await running;
    await options.onClose?.();
    tell({ state: "closed" });
  }

  const running = keepConnected();
  return {
    get status() {
      return status;
    },
    session(patience = {}) {
      if (online !== undefined) return Promise.resolve(online);
      if (closing !== undefined) return Promise.reject(closedError());
      return waitFor(waiters, { ...patience, clock });
    },
    close(how = {}) {
      // Set before anything of it runs: it is what all else looks at.
      closing ??= Promise.resolve().then(() => finish(how));
      return closing;
    },
  };
}

function waitFor(
  waiters: Set<Waiter>,
  { timeoutMs, signal, clock }: Patience & Pick<LinkOptions, "clock">,
): Promise<CallSession> {
  let done = () => {};
  const waiting = new Promise<CallSession>((resolve, reject) => {
    const waiter = { resolve, reject };
    const leave = () => reject(new CallError(ABORTED, "aborted while there was no connection"));
    const late = () => {
      const message = `no connection to the hub within ${timeoutMs} ms`;
      reject(new CallError(TIMEOUT, message, { reason: "not_connected" }));
    };
    const disarm = timeoutMs === undefined ? () => {} : clock.after(timeoutMs, late);
    waiters.add(waiter);
    signal?.addEventListener("abort", leave, { once: true });
    if (signal?.aborted) leave();
    done = () => {
      waiters.delete(waiter);
      signal?.removeEventListener("abort", leave);
      disarm();
    };
  });
  return waiting.finally(done);
}

function lost(reason: string): ConnectionEnd {
  return { why: "lost", reason, servedMs: 0 };
}

function closedError(): CallError {
  const details = { reason: "connection_closed" };
  return new CallError(EXECUTION_ERROR, "connection closed", details, { retryable: false });
}
