/**
 * A connection to an MCP server that is made anew when it is lost.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { type Clock, systemClock } from "../clock.ts";
import { CallError, InfrastructureErrorCode } from "../error.ts";
import type { MCPCaller, MCPClient, MCPReconnectOptions, MCPTransport } from "./types.ts";

/** A client that is connected. */
export interface MCPLink {
  readonly client: MCPClient;
  readonly transport: MCPTransport;
}

/** What a connection is made of. */
export interface MCPConnectionParts {
  /** Connects, each time with a client of its own. */
  readonly connect: () => Promise<MCPLink>;
  readonly reconnect: MCPReconnectOptions | undefined;
  readonly clock: Clock | undefined;
  /** Told when the server was lost, or forgot the session, and is connected again. */
  readonly onReconnected?: (() => void) | undefined;
}

type CallToolParameters = Parameters<MCPCaller["callTool"]>;
/** Something that is asked of a server. */
type Ask<T> = (client: MCPClient) => Promise<T>;

const log = getLogger("operations:mcp");
/** The protocol's answer to a session that the server does not know (any more). */
const UNKNOWN_SESSION = 404;
/** Its answer to a revision that the server does not speak (any more). */
const UNKNOWN_REVISION = -32022;

/**
 * Calls tools over a client. Nothing happens in the background: it is the first call after the wait
 * that connects again, so that a server nobody calls is left alone.
 */
export class MCPConnection implements MCPCaller {
  readonly #name: string;
  readonly #connect: () => Promise<MCPLink>;
  readonly #clock: Clock;
  readonly #onReconnected: () => void;
  readonly #delays: { readonly min: number; readonly max: number };
  #delay: number;
  #link: MCPLink;
  /** Calls that each client is busy with. */
  readonly #busy = new Map<MCPLink, number>();
  /** While the server is lost: when it may be tried again. */
  #retryAt: number | undefined;
  #connecting: Promise<void> | undefined;
  #closed = false;
  #asks = 0;
  /** Resolved when the last client of a connection that is drained is closed. */
  #drained: Drained | undefined;

  /** Goes on with a client that is connected. */
  constructor(name: string, link: MCPLink, parts: MCPConnectionParts) {
    const { connect, reconnect = {}, clock, onReconnected = () => {} } = parts;
    const { minDelayMs: min = 250, maxDelayMs: max = 10_000 } = reconnect;
    this.#name = name;
    this.#link = link;
    this.#connect = connect;
    this.#clock = clock ?? systemClock;
    this.#onReconnected = onReconnected;
    this.#delays = { min, max };
    this.#delay = min;
  }

  /** The present client. */
  get client(): MCPClient {
    return this.#link.client;
  }

  /**
   * Calls a tool.
   *
   * @throws {CallError} `EXECUTION_ERROR`, retryable, with the reason `upstream_unavailable` while the
   * server is lost.
   */
  async callTool(...[params, options]: CallToolParameters): Promise<unknown> {
    return await this.ask((client) => client.callTool(params, undefined, options));
  }

  /**
   * Asks the server something that may be asked twice where its session is unknown.
   *
   * @throws {CallError} as `callTool` does.
   */
  async ask<T>(ask: Ask<T>): Promise<T> {
    if (this.#drained !== undefined && this.#asks === 0) throw this.#unavailable();
    this.#asks += 1;
    try {
      return await this.#ask(ask);
    } finally {
      this.#asks -= 1;
      this.#endIfDrained();
    }
  }

  async #ask<T>(ask: Ask<T>): Promise<T> {
    await this.#ready();
    const link = this.#link;
    try {
      return await this.#send(link, ask);
    } catch (error) {
      if (!this.#isForgotten(error, link)) throw this.#judge(error, link);
    }
    // What the server does not know the frame of was not served, so that it may be made again.
    if (link === this.#link) await this.#reconnect();
    const healed = this.#link;
    try {
      return await this.#send(healed, ask);
    } catch (error) {
      throw this.#judge(error, healed);
    }
  }

  /** Closes the client and connects no more. */
  async close(): Promise<void> {
    this.#closed = true;
    const links = new Set([this.#link, ...this.#busy.keys()]);
    await Promise.all(Array.from(links, ({ client }) => client.close()));
  }

  /** Closes the client once nobody waits for its answers. Whoever asks afterwards is to ask elsewhere. */
  drain(): Promise<void> {
    this.#drained ??= drained();
    this.#endIfDrained();
    return this.#drained.promise;
  }

  #endIfDrained(): void {
    if (this.#drained !== undefined && this.#asks === 0) {
      this.#drained.resolve(this.#retire(this.#link));
    }
  }

  async #send<T>(link: MCPLink, ask: Ask<T>): Promise<T> {
    this.#busy.set(link, (this.#busy.get(link) ?? 0) + 1);
    try {
      return await ask(link.client);
    } finally {
      this.#leave(link);
    }
  }

  /** A client that was replaced is closed once nobody waits for its answers. */
  #leave(link: MCPLink): void {
    const calls = (this.#busy.get(link) ?? 1) - 1;
    if (calls > 0) return void this.#busy.set(link, calls);
    this.#busy.delete(link);
    if (link !== this.#link) this.#retire(link);
  }

  async #retire({ client }: MCPLink): Promise<void> {
    await client.close().catch((error) => {
      log.error("client cannot be closed", { server: this.#name, error });
    });
  }

  #isForgotten(error: unknown, { transport }: MCPLink): boolean {
    if (this.#closed || !(error instanceof Error)) return false;
    const code: unknown = Reflect.get(error, "code");
    if (code === UNKNOWN_REVISION) return true;
    // Either SDK says it in its own way.
    const isUnknown = [code, Reflect.get(error, "status")].includes(UNKNOWN_SESSION);
    return isUnknown && transport.sessionId !== undefined;
  }

  /** What a failed request is to its caller; notes that the server is lost, if it is. */
  #judge(error: unknown, link: MCPLink): unknown {
    // A request that cannot be sent fails with a TypeError: that is how `fetch` says it.
    const isLost = error instanceof TypeError || link.client.transport === undefined;
    if (this.#closed || !isLost) return error;
    // Of several that fail together, one is enough.
    if (link === this.#link && this.#retryAt === undefined) this.#wait();
    return this.#unavailable(error);
  }

  async #ready(): Promise<void> {
    if (this.#connecting !== undefined) return await this.#connecting;
    if (this.#retryAt === undefined || this.#closed) return;
    if (this.#clock.now() < this.#retryAt) throw this.#unavailable();
    await this.#reconnect();
  }

  /** Connects again; all who ask at the same time share one attempt. */
  #reconnect(): Promise<void> {
    this.#connecting ??= this.#replace().finally(() => this.#connecting = undefined);
    return this.#connecting;
  }

  async #replace(): Promise<void> {
    let link: MCPLink;
    try {
      link = await this.#connect();
    } catch (error) {
      this.#wait();
      throw this.#unavailable(error);
    }
    const former = this.#link;
    this.#link = link;
    if (!this.#busy.has(former)) this.#retire(former);
    // Closed while it connected: nobody else is left to close it.
    if (this.#closed) return this.#retire(link);
    this.#retryAt = undefined;
    this.#delay = this.#delays.min;
    log.info("server is connected again", { server: this.#name });
    this.#onReconnected();
  }

  #wait(): void {
    log.warn("server is lost", { server: this.#name, retryMs: this.#delay });
    this.#retryAt = this.#clock.now() + this.#delay;
    this.#delay = Math.min(this.#delay * 2, this.#delays.max);
  }

  #unavailable(cause?: unknown): CallError {
    return new CallError(
      InfrastructureErrorCode.EXECUTION_ERROR,
      `Cannot call MCP server ${this.#name}: it is not reachable`,
      { reason: "upstream_unavailable" },
      { retryable: true, ...(cause === undefined ? {} : { cause }) },
    );
  }
}

interface Drained {
  readonly promise: Promise<void>;
  readonly resolve: (closing: Promise<void>) => void;
}

/** Stands in for Promise.withResolvers(), which Node 20 has not. */
function drained(): Drained {
  let resolve: Drained["resolve"] = () => {};
  const promise = new Promise<void>((settle) => resolve = settle);
  return { promise, resolve };
}
