/**
 * The requests that a bridge is busy with, and how they end when it closes.
 *
 * @module
 */

/** One request. */
export interface Running {
  /** Aborted when the client goes away, and at the end of a drain. */
  readonly signal: AbortSignal;
  /** From now on it is a stream, which would never end by itself. */
  streams(): void;
  end(): void;
}

/** All of them. */
export interface Live {
  readonly size: number;
  readonly isDraining: boolean;
  begin(request: Pick<Request, "signal">): Running;
  /** Ends streams now and the others when their time is up; tells whether that was not needed. */
  drain(timeoutMs: number): Promise<boolean>;
}

/** How long answers to what is aborted may take. */
const LAST_WORDS_MS = 500;

/** Begins with no request. */
export function createLive(): Live {
  const controllers = new Set<AbortController>();
  const streams = new Set<AbortController>();
  let isDraining = false;
  let onEnd = () => {};

  /** Whether something comes true in time; looked at whenever a request ends. */
  async function becomes(isTrue: () => boolean, ms: number): Promise<boolean> {
    if (isTrue()) return true;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      onEnd = () => {
        if (!isTrue()) return;
        clearTimeout(timer);
        resolve();
      };
    });
    return isTrue();
  }

  return {
    get size() {
      return controllers.size;
    },
    get isDraining() {
      return isDraining;
    },
    begin({ signal }) {
      const controller = new AbortController();
      const abort = () => controller.abort();
      controllers.add(controller);
      signal.addEventListener("abort", abort);
      if (signal.aborted) abort();
      return {
        signal: controller.signal,
        streams() {
          streams.add(controller);
          if (isDraining) abort();
        },
        end() {
          // The runtime aborts the signal of requests that ended well, too.
          signal.removeEventListener("abort", abort);
          streams.delete(controller);
          if (controllers.delete(controller)) onEnd();
        },
      };
    },
    async drain(timeoutMs) {
      isDraining = true;
      for (const controller of streams) controller.abort();
      const isDone = await becomes(() => controllers.size === streams.size, timeoutMs);
      for (const controller of controllers) controller.abort();
      await becomes(() => controllers.size === 0, LAST_WORDS_MS);
      return isDone;
    },
  };
}
