/**
 * Notices which requests their callers gave up while they were being served.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { PendingRequestMap } from "./pending_request_map.ts";

const log = getLogger("operations:call");

/** Watches one request. */
export interface AbortWatch {
  readonly aborted: boolean;
  /** Resolves when the abort comes. */
  readonly happened: Promise<void>;
  /** Has `iterator` closed as soon as the abort comes, without waiting for a value in flight. */
  guard(iterator: AsyncIterator<unknown>): void;
  /** Ends the watch. */
  close(): void;
}

class Watch implements AbortWatch {
  aborted = false;
  readonly happened: Promise<void>;
  readonly #onClose: () => void;
  #notice = () => {};
  #iterator: AsyncIterator<unknown> | undefined;

  constructor(onClose: () => void) {
    this.#onClose = onClose;
    this.happened = new Promise((resolve) => this.#notice = resolve);
  }

  abort(): void {
    this.aborted = true;
    this.#endStream();
    this.#notice();
  }

  guard(iterator: AsyncIterator<unknown>): void {
    this.#iterator = iterator;
    if (this.aborted) this.#endStream();
  }

  close(): void {
    this.#onClose();
  }

  #endStream(): void {
    const iterator = this.#iterator;
    // Begun inside a promise: what `return` throws at once must not keep other watches from theirs.
    new Promise((resolve) => resolve(iterator?.return?.(undefined))).catch((error) => {
      log.error("stream failed while it was closed", { error });
    });
  }
}

/** Watches any number of requests of one map, and listens to it only while there are some. */
export class AbortWatches {
  readonly #callMap: PendingRequestMap;
  readonly #open = new Map<string, Set<Watch>>();
  #stop: (() => void) | undefined;

  /** Watches nothing yet. */
  constructor(callMap: PendingRequestMap) {
    this.#callMap = callMap;
  }

  /** Begins to watch a request. */
  open(requestId: string): AbortWatch {
    const watch: Watch = new Watch(() => this.#remove(requestId, watch));
    const watches = this.#open.get(requestId) ?? new Set();
    this.#open.set(requestId, watches.add(watch));
    this.#stop ??= this.#callMap["call.aborted"].subscribe((event) => {
      for (const open of this.#open.get(event.requestId) ?? []) open.abort();
    });
    return watch;
  }

  #remove(requestId: string, watch: Watch): void {
    const watches = this.#open.get(requestId);
    watches?.delete(watch);
    if (watches?.size === 0) this.#open.delete(requestId);
    if (this.#open.size > 0) return;
    this.#stop?.();
    this.#stop = undefined;
  }
}
