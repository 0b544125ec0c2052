/**
 * What a program knows of its connection.
 *
 * @module
 */
import type { Loss } from "./backoff.ts";

/** How things stand between a program and the hub. */
export type ConnectionStatus =
  | { readonly state: "connecting"; readonly url: string }
  /** The hub answers; operations of a spoke can be called. */
  | { readonly state: "online"; readonly url: string }
  | {
    readonly state: "offline";
    readonly why: Loss;
    /** The WebSocket's close code, or the HTTP status of a refusal, where the platform tells it. */
    readonly code?: number;
    readonly reason: string;
    /** When it is tried again. */
    readonly retryInMs: number;
  }
  /** No new requests are taken; those that run go on. */
  | { readonly state: "draining" }
  | { readonly state: "closed" };
