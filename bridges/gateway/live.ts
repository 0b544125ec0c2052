/**
 * The requests that a bridge is busy with, and how they end when it closes.
 *
 * @module
 */
import { Cancel, type Cancellation } from "@alkdev/operations";
import type { Admission, Caller } from "../ports.ts";
import { Bag, type Bagged } from "./bag.ts";
import { createPatience } from "./patience.ts";
import { createStays } from "./stays.ts";

/** One request. */
export interface Running {
  /** Given up when the client goes away, and at the end of a drain. */
  readonly cancellation: Cancellation;
  /** Says the same; it is made when somebody asks for it. */
  readonly signal: AbortSignal;
  /** Gives it up. */
  abort(): void;
  /** Gives it up when its client goes away, from now on. */
  watch(client: Pick<Request, "signal">): void;
  /** Lets it go on without its client, whatever becomes of that one. */
  unwatch(): void;
  /** From now on it is given up when its caller may not go on as they were let in. */
  stays(caller: Caller | null): void;
  /**
   * From now on it is a stream, which would never end by itself: it is given up when a drain begins,
   * and when its caller may not go on.
   */
  streams(caller: Caller | null): void;
  end(): void;
}

/** All of them. */
export interface Live {
  readonly size: number;
  readonly isDraining: boolean;
  /** Begins one that is given up when its client goes away; without a client, when it is said. */
  begin(client?: Pick<Request, "signal">): Running;
  /** Ends streams now and the others when their time is up; tells whether that was not needed. */
  drain(timeoutMs: number): Promise<boolean>;
}

/** How long answers to what is aborted may take. */
const LAST_WORDS_MS = 500;
/**
 * Most requests are over by then. Whether the client is still there is looked at only after it: that
 * costs the runtime more than all else that is done here.
 */
const SOON_MS = 20;

const nothing = () => {};

/** What is told of requests. */
interface LiveListener {
  /** The result says that it is over. */
  readonly onStay: (request: LiveRequest, caller: Caller) => () => void;
  readonly onStream: (request: LiveRequest) => void;
  readonly onEnd: (request: LiveRequest) => void;
}

class LiveRequest implements Running, Bagged {
  place = -1;
  readonly #cancel = new Cancel();
  readonly #told: LiveListener;
  #controller: AbortController | undefined;
  /** Changes of callers before it began. */
  readonly since: number;
  #unwatch = nothing;
  #leave = nothing;

  constructor(since: number, told: LiveListener) {
    this.since = since;
    this.#told = told;
  }

  get cancellation(): Cancellation {
    return this.#cancel;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#cancel.aborted) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  abort(): void {
    this.#cancel.abort();
    this.#controller?.abort();
  }

  watch({ signal }: Pick<Request, "signal">): void {
    this.#unwatch();
    const abort = () => this.abort();
    signal.addEventListener("abort", abort);
    this.#unwatch = () => signal.removeEventListener("abort", abort);
    if (signal.aborted) abort();
  }

  /** Watches once the time is up. */
  watchSoon(wait: (fire: () => void) => () => void, client: Pick<Request, "signal">): void {
    this.#unwatch = wait(() => {
      this.#unwatch = nothing;
      this.watch(client);
    });
  }

  unwatch(): void {
    this.#unwatch();
    this.#unwatch = nothing;
    this.#leave();
    this.#leave = nothing;
  }

  stays(caller: Caller | null): void {
    this.#leave();
    this.#leave = caller === null ? nothing : this.#told.onStay(this, caller);
  }

  streams(caller: Caller | null): void {
    this.#told.onStream(this);
    this.stays(caller);
  }

  end(): void {
    // The runtime aborts the signal of requests that ended well, too.
    this.unwatch();
    this.#told.onEnd(this);
  }
}

/** Begins with no request. */
export function createLive(admission: Pick<Admission, "renew" | "onChange">): Live {
  const requests = new Bag<LiveRequest>();
  const streams = new Set<LiveRequest>();
  const soon = createPatience(SOON_MS), stays = createStays(admission);
  const wait = (fire: () => void) => soon.wait(fire);
  let isDraining = false;
  let onEnd = () => {};

  const told: LiveListener = {
    onStay: (request, caller) =>
      stays.watch(caller, { since: request.since, giveUp: () => request.abort() }),
    onStream(request) {
      streams.add(request);
      if (isDraining) request.abort();
    },
    onEnd(request) {
      streams.delete(request);
      if (requests.delete(request)) onEnd();
    },
  };

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
      return requests.size;
    },
    get isDraining() {
      return isDraining;
    },
    begin(client) {
      const request = new LiveRequest(stays.changes, told);
      requests.add(request);
      if (client !== undefined) request.watchSoon(wait, client);
      return request;
    },
    async drain(timeoutMs) {
      isDraining = true;
      for (const request of streams) request.abort();
      const isDone = await becomes(() => requests.size === streams.size, timeoutMs);
      for (const request of requests) request.abort();
      await becomes(() => requests.size === 0, LAST_WORDS_MS);
      soon[Symbol.dispose]();
      stays[Symbol.dispose]();
      return isDone;
    },
  };
}
