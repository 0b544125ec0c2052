/**
 * The events as they travel between nodes, after parsing and before writing.
 *
 * @module
 */
import type { Identity } from "../identity.ts";
import type { ProgressReport } from "../progress.ts";

/** Starts a call or a subscription. */
export interface WireRequest {
  /** Registry name, without the slash that it has on the wire. */
  readonly operation: string;
  readonly input: unknown;
  /** A credential for this request alone; `null` for one that cannot be any. */
  readonly authToken?: string | null | undefined;
  /** Whom the sender says it asks for. */
  readonly forwardedFor?: Identity | undefined;
  /** How long the sender will wait. */
  readonly timeoutMs?: number | undefined;
  /** Values that may be sent before more credit comes; without it, there is no end to them. */
  readonly credit?: number | undefined;
  /** By which a request that is sent again is known to be the same. */
  readonly idempotencyKey?: string | undefined;
  /** Whether the sender wants to hear how far it has come. */
  readonly wantsProgress?: boolean | undefined;
  /** The sender's place in a trace, as W3C Trace Context spells it; not looked at yet. */
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
}

/** A failure as it travels. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly details?: unknown;
}

/** An event of one request, which `id` tells. */
export type WireEvent =
  | { readonly type: "call.requested"; readonly id: string; readonly payload: WireRequest }
  | { readonly type: "call.responded"; readonly id: string; readonly payload: { output: unknown } }
  | { readonly type: "call.completed"; readonly id: string }
  | { readonly type: "call.aborted"; readonly id: string }
  | { readonly type: "call.error"; readonly id: string; readonly payload: WireError }
  /** So many more values may be sent. Peers that do not know it ignore it. */
  | { readonly type: "call.credit"; readonly id: string; readonly payload: { credit: number } }
  /** How far a request has come, for peers that want to hear it. Others are not told. */
  | { readonly type: "call.progress"; readonly id: string; readonly payload: ProgressReport };

/** What one frame turned out to be. */
export type ParsedFrame =
  | { readonly kind: "event"; readonly event: WireEvent; readonly bytes: number }
  /** A sound envelope around something that cannot be served: the request fails, the connection stays. */
  | {
    readonly kind: "refused";
    readonly type: WireEvent["type"];
    readonly id: string;
    readonly error: WireError;
  }
  /** An event of a later protocol. */
  | { readonly kind: "ignored"; readonly type: string }
  /** Not the protocol: the connection is closed with that WebSocket code. */
  | { readonly kind: "violation"; readonly closeCode: 1002 | 1009; readonly reason: string };
