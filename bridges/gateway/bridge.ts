/**
 * What the bridges that answer requests one by one have in common.
 *
 * @module
 */
import type { Logger } from "@logtape/logtape";
import type { Admission } from "../ports.ts";
import type { GatewayDispatchOptions } from "./dispatch.ts";
import type { EdgePolicy } from "./edge_policy.ts";
import { MAX_HEAD_CHARS } from "./head.ts";
import type { Live } from "./live.ts";
import { createPatience } from "./patience.ts";
import type { BodyLimits } from "./read_json.ts";

/** What such a bridge needs. */
export interface GatewayBridgeOptions
  extends Omit<GatewayDispatchOptions, "isDraining">, Partial<EdgePolicy> {
  readonly admission: Pick<Admission, "resolve" | "renew" | "onChange">;
  /** Largest body that is read. Default 1 MiB. */
  readonly maxBodyBytes?: number;
  /** Largest head of a request, in characters. Default 16 Ki. */
  readonly maxHeadChars?: number;
  /** How long a body may take to arrive. Default 10,000. */
  readonly bodyTimeoutMs?: number;
  /** How long the reader of a stream may take nothing of it. Default 30,000. */
  readonly stuckMs?: number;
  /** How long requests may take once the bridge is being closed. Default 10,000. */
  readonly drainMs?: number;
}

/** Answers requests; disposing drains them. */
export interface GatewayBridge extends AsyncDisposable {
  /** Answers a request that came from an address. */
  handle(request: Request, source: string): Promise<Response>;
  /** Requests and streams that are not over. */
  readonly size: number;
}

/** A bridge of what answers its requests and what counts them. */
export function bridgeOf(
  handle: GatewayBridge["handle"],
  { live, bounds: { body, drainMs }, log }: {
    readonly live: Live;
    readonly bounds: GatewayBounds;
    readonly log: Logger;
  },
): GatewayBridge {
  return {
    handle,
    get size() {
      return live.size;
    },
    async [Symbol.asyncDispose]() {
      if (!await live.drain(drainMs)) log.warn("requests outlast the drain", { drainMs });
      body.patience[Symbol.dispose]();
    },
  };
}

/** The bounds of requests. */
export interface GatewayBounds {
  readonly edge: EdgePolicy;
  readonly body: BodyLimits;
  readonly maxHeadChars: number;
  readonly stuckMs: number;
  readonly drainMs: number;
}

/** The bounds of the requests of one bridge, those that are not given included. */
export function boundsOf(options: GatewayBridgeOptions): GatewayBounds {
  const { allowedHosts = [], allowedOrigins = [] } = options;
  const { maxBodyBytes = 1024 * 1024, bodyTimeoutMs = 10_000 } = options;
  return {
    edge: { allowedHosts, allowedOrigins },
    body: {
      ...{ maxBytes: maxBodyBytes, timeoutMs: bodyTimeoutMs },
      patience: createPatience(bodyTimeoutMs),
    },
    maxHeadChars: options.maxHeadChars ?? MAX_HEAD_CHARS,
    stuckMs: options.stuckMs ?? 30_000,
    drainMs: options.drainMs ?? 10_000,
  };
}
