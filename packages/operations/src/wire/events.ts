/**
 * The events as they travel between nodes, after parsing and before writing.
 *
 * @module
 */
import type { Identity } from "../identity.ts";

/** Starts a call or a subscription. */
export interface WireRequest {
  /** Registry name, without the slash that it has on the wire. */
  readonly operation: string;
  readonly input: unknown;
  /** A credential for this request alone; `null` for one that cannot be any. */
  readonly authToken?: string | null;
  /** Whom the sender says it asks for. */
  readonly forwardedFor?: Identity;
  /** How long the sender will wait. */
  readonly timeoutMs?: number;
  /** Values that may be sent before more credit comes; without it, there is no end to them. */
  readonly credit?: number;
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
  | { readonly type: "call.credit"; readonly id: string; readonly payload: { credit: number } };

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
